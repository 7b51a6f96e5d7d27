"""The process that builds one dataset version: takes the source apart, measures its images, writes its index.

Whatever an archive or an image does to its reader, it does it here: within limits of the operating system, and in a
process that is thrown away. Started by `building.py`, which sends one JSON job as the first line of standard input
and keeps that pipe open. Answers JSON lines: each step as it begins, then the outcome.
"""

import json
import os
import sys
import threading
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any


def use_package_of_this_file() -> None:
    """Import the package from here, not another copy of it that is installed.

    Its folder does not stay on the path, where other packages in it would come before the standard library.
    """
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import_module("aihub_emulator")
    del sys.path[0]


def end_with_parent() -> None:
    """End this process as soon as nobody holds the other end of standard input."""

    def wait() -> None:
        # Not through sys.stdin, whose lock the interpreter wants for itself when it ends.
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def say(line: dict[str, Any]) -> None:
    """One line for the parent."""
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


def build(job: dict[str, Any]) -> dict[str, int]:
    """Make the version's files in the job's folder, and say how many and how large they are."""
    from aihub_emulator.datasets.contents import BuildFailed, Contents  # noqa: PLC0415  # found once paths are set
    from aihub_emulator.datasets.index import write_index  # noqa: PLC0415  # as above
    from aihub_emulator.warehouse.meta import write_rows  # noqa: PLC0415  # as above

    folder = Path(job["folder"])
    contents = Contents(folder / "files", most_files=job["files"], most_bytes=job["content_bytes"])
    take(job, contents)
    if not contents.count:
        raise BuildFailed("there is no file in it")
    say({"step": "measuring"})
    write_rows(folder / "meta.csv", image_rows(job, contents))
    say({"step": "indexing"})
    write_index(contents, beginning=f"s3://{job['bucket']}/{job['beginning']}", file=folder / "index.parquet")
    with (folder / "names.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(f"{json.dumps([job['beginning'] + f.path, f.name])}\n" for f in contents.files())
    return {"files": contents.count, "size_bytes": contents.size_bytes}


def take(job: dict[str, Any], contents: Any) -> None:
    """Bring the source's files in."""
    from aihub_emulator.datasets import archives, directories  # noqa: PLC0415  # found once paths are set

    source = job["source"]
    if source["kind"] == "zip":
        archives.unpack(Path(source["file"]), contents, highest_ratio=job["ratio"])
    elif source["kind"] == "drawn":
        draw_images(source, contents)
    elif source["kind"] == "objects":
        directories.take_objects(Path(source["listing"]), contents)
    else:
        directories.take_host_directory(source["root"], source["path"], contents)


def draw_images(source: dict[str, Any], contents: Any) -> None:
    """Draw the images of one of the seed's versions."""
    from functools import partial  # noqa: PLC0415  # as below: for this kind of source only

    from aihub_emulator.datasets.drawing import draw_to  # noqa: PLC0415  # found once paths are set
    from aihub_emulator.datasets.seeded import planned_images  # noqa: PLC0415  # as above

    for image in planned_images(source["dataset"], source["version"]):
        contents.add_file(image.path, partial(draw_to, image))


def image_rows(job: dict[str, Any], contents: Any) -> Any:
    """The rows of the `meta` table, one an image. The label is the name of the directory that it lies in."""
    from aihub_emulator.datasets.images import image_size  # noqa: PLC0415  # found once paths are set

    for stored in contents.files():
        image = image_size(Path(job["folder"], "files", stored.name))
        if image is not None:
            label = stored.path.rpartition("/")[0].rpartition("/")[2]
            yield (
                f"{job['beginning']}{stored.path}",
                job["dataset"],
                job["version"],
                image.width,
                image.height,
                image.format,
                stored.size_bytes,
                label,
                job["created_at"],
            )


def explained(error: BaseException, job: dict[str, Any]) -> str:
    """What the user reads when a version cannot be made."""
    from aihub_emulator.datasets.contents import BuildFailed  # noqa: PLC0415  # found once paths are set

    if isinstance(error, BuildFailed):
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return f"it needs more memory than the {job['memory_bytes'] >> 20} MiB that it may use"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed: pip install 'aihub-sdk[emulator]'"
    return f"it could not be made ({type(error).__name__}: {error})"


def main() -> None:
    """Do the one job."""
    job = json.loads(sys.stdin.buffer.readline())
    use_package_of_this_file()
    # An isolated interpreter does not look wherever else the parent found its libraries.
    sys.path.extend(path for path in job["paths"] if path not in sys.path)
    from aihub_emulator.warehouse.worker import limit  # noqa: PLC0415  # found once paths are set

    limit(job)
    end_with_parent()
    warnings.simplefilter("ignore")
    try:
        outcome: dict[str, Any] = build(job)
    except Exception as error:  # noqa: BLE001  # whatever fails here is this version's failure, and is told
        outcome = {"error": explained(error, job)}
    say(outcome)


if __name__ == "__main__":
    main()
