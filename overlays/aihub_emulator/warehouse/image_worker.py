"""The process that measures images, or searches among measured ones. Started by `images.py`.

Whatever an image does to its decoder, it does it here: within limits of the operating system, and in a process that
is thrown away. Reads one JSON job from standard input. To measure, it writes one line for each image to a file as it
goes; at the end of either job it writes one JSON outcome to standard output.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any


def use_package_of_this_file(paths: list[str]) -> None:
    """Import the package from here, not another copy that is installed, and the libraries from where they are."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import_module("aihub_emulator")
    del sys.path[0]
    sys.path.extend(path for path in paths if path not in sys.path)


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Write the features of each image that is listed; null for what cannot be decoded."""
    from aihub_emulator.warehouse.features import features_of, opened  # noqa: PLC0415  # found once paths are set

    with Path(job["listing"]).open(encoding="utf-8") as images, Path(job["result"]).open("w", encoding="utf-8") as out:
        for line in images:
            image = json.loads(line)
            try:
                with opened(image.pop("file"), most_pixels=job["pixels"]) as pixels:
                    found: Any = {**image, **features_of(pixels)}
            except Exception:  # noqa: BLE001  # decoders raise anything on hostile bytes; it is then not searchable
                found = None
            out.write(f"{json.dumps(found, ensure_ascii=False)}\n")
            # Should this process be ended, the reader knows how far it came.
            out.flush()
    return {}


def search(job: dict[str, Any]) -> dict[str, Any]:
    """The best matches among measured images."""
    from aihub_emulator.warehouse.ranking import best, likeness  # noqa: PLC0415  # found once paths are set
    from aihub_emulator.warehouse.words import fits, wanted_in  # noqa: PLC0415  # as above

    if "words" in job:
        labels = {image["label"] for image in measured(job)}
        wanted = wanted_in(job["words"], labels=labels, parts=job["parts"])
        if not wanted:
            return {"error": unknown_words(labels)}
        return {"matches": best(measured(job), lambda image: fits(image, wanted), top_k=job["top_k"])}
    views = [view(index, query, job["pixels"]) for index, query in enumerate(job["queries"])]
    parts = job["parts"]
    return {"matches": best(measured(job), lambda image: likeness(image, views, parts), top_k=job["top_k"])}


def measured(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every image that has features."""
    for file in job["measured"]:
        with Path(file).open(encoding="utf-8") as lines:
            for line in lines:
                image = json.loads(line)
                if image is not None:
                    yield image


def view(index: int, query: dict[str, Any], pixels: int) -> dict[str, Any]:
    """The part of an image that is looked for."""
    from aihub_emulator.warehouse.features import Broken, opened, view_of  # noqa: PLC0415  # found once paths are set

    try:
        with opened(query["file"], most_pixels=pixels) as image:
            x1, y1, x2, y2 = query["box"]
            if not (0 <= x1 < x2 <= image.width and 0 <= y1 < y2 <= image.height):
                raise Broken(
                    f"is {image.width} x {image.height} pixels large, and the box {query['box']} is not a part of it: "
                    "send [x1, y1, x2, y2] with x1 < x2 and y1 < y2"
                )
            return view_of(image, query["box"])
    except MemoryError:
        raise
    except Broken as error:
        raise Broken(f"images[{index}] {error}") from None
    except Exception as error:  # noqa: BLE001  # decoders raise anything on hostile bytes
        raise Broken(f"images[{index}] cannot be decoded ({error})") from None


def unknown_words(labels: set[str]) -> str:
    """What the user reads when there is nothing to search for."""
    return (
        "none of the keywords is known: images are found by the labels "
        f"{', '.join(sorted(labels)[:20]) or '(there are none)'}, and by words for colours, light, shapes, sizes, "
        "orientation and file formats, as far as the feature library holds them"
    )


def main() -> None:
    """Do the one job."""
    job = json.loads(sys.stdin.buffer.read())
    use_package_of_this_file(job["paths"])
    from aihub_emulator.warehouse.worker import limit  # noqa: PLC0415  # found once paths are set

    limit(job)
    warnings.simplefilter("ignore")
    try:
        outcome = measure(job) if "listing" in job else search(job)
    except MemoryError:
        outcome = {"error": f"the search needs more memory than the {job['memory_bytes'] >> 20} MiB that it may use"}
    except ModuleNotFoundError as error:
        outcome = {"error": f"{error.name} is not installed: pip install 'aihub-sdk[emulator]'"}
    except Exception as error:  # noqa: BLE001  # whatever fails here is the search's failure, and is told
        outcome = {"error": str(error) or type(error).__name__}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
