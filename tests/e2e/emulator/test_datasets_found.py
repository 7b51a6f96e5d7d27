"""Versions that change while others look: their states, what searches find of them, and when."""

from dataclasses import replace
from typing import Any

from aihub_emulator import Emulator, Settings
from aihub_emulator.datasets.records import VersionRecord
from tests.e2e.emulator.caller import Caller
from tests.e2e.emulator.conftest import QUICK
from tests.e2e.emulator.dataset_calls import (
    BUILDING_INDEX,
    CREATING,
    FILES,
    LOADING_META,
    SUCCESS,
    WAITING,
    add_version,
    built_from,
    create,
    detail,
    image,
    upload,
    zipped,
)


def query(emulator: Emulator, caller: Caller, sql: str) -> str:
    search_id = caller.create_search(sql)
    emulator.settle()
    data = caller.get_search(search_id)["data"]
    assert (data["status"], data["message"]) == (3, "")
    return caller.session.get(data["result_url"], timeout=60).content.decode()


def test_status_moves_over_its_five_steps_on_the_clock() -> None:
    settings = Settings(clock="manual", waiting_seconds=60, running_seconds=60)

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:

        def seen_after(seconds: float, *, leaving: int) -> dict[str, Any]:
            emulator.advance(seconds)
            while (data := detail(caller, "clock/V1")["data"])["status"] == leaving:
                pass
            shown: dict[str, Any] = data
            return shown

        path = upload(caller, zipped(FILES))["data"]["path"]
        add_version(caller, create(caller, "clock")["data"]["id"], path)
        seen = [detail(caller, "clock/V1")["data"]]
        seen.append(seen_after(60, leaving=WAITING))
        seen.append(seen_after(20, leaving=CREATING))
        seen.append(seen_after(20, leaving=LOADING_META))
        seen.append(seen_after(20, leaving=BUILDING_INDEX))

    assert [data["status"] for data in seen] == [WAITING, CREATING, LOADING_META, BUILDING_INDEX, SUCCESS]
    assert [data["data_count"] for data in seen] == [0, 0, 0, 0, len(FILES)]
    assert [bool(data["parquet_index_path"]) for data in seen] == [False, False, False, False, True]


def test_images_are_found_by_searches_once_their_version_has_succeeded(emulator: Emulator, admin: Caller) -> None:
    files = {
        "red car/a.png": image("PNG", 300, 200),
        "red car/b.JPEG": image("JPEG", 30, 20),
        "c.gif": image("GIF", 3, 2),
        "d": image("BMP", 5, 4),
        "很/深/e.webp": image("WEBP", 7, 6),
        "notes.png": b"no image at all",
    }

    built_from(emulator, admin, "images", zipped(files))

    sql = "select object_name, version, width, height, format, label, size_bytes from meta where dataset = 'images'"
    size = {name: len(content) for name, content in files.items()}
    assert query(emulator, admin, f"{sql} order by object_name").splitlines() == [
        "object_name,version,width,height,format,label,size_bytes",
        f"images/V1/c.gif,1,3,2,gif,,{size['c.gif']}",
        f"images/V1/d,1,5,4,bmp,,{size['d']}",
        f"images/V1/red car/a.png,1,300,200,png,red car,{size['red car/a.png']}",
        f"images/V1/red car/b.JPEG,1,30,20,jpg,red car,{size['red car/b.JPEG']}",
        f"images/V1/很/深/e.webp,1,7,6,webp,深,{size['很/深/e.webp']}",
    ]


def test_an_image_is_an_object_under_the_name_that_searches_show(emulator: Emulator, admin: Caller) -> None:
    picture = image("PNG", 4, 3)
    built_from(emulator, admin, "pictures", zipped({"x/a b.png": picture}))

    name = query(emulator, admin, "select object_name from meta where dataset = 'pictures'").splitlines()[1]
    response = admin.session.get(f"{emulator.base_url}/dataset-files/{name}", timeout=60)

    assert (response.content, response.headers["Content-Type"]) == (picture, "image/png")


def test_neither_files_nor_images_of_an_unfinished_version_are_found() -> None:
    settings = Settings(clock="manual", waiting_seconds=0, running_seconds=60)
    count = "select count(*) from meta where dataset = 'later'"

    with Emulator(settings) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:

        def search_that_runs() -> int:
            number = caller.create_search(count)
            while caller.get_search(number)["data"]["status"] == 1:
                pass
            return number

        def wait_for(status: int) -> None:
            while detail(caller, "later/V1")["data"]["status"] != status:
                pass

        path = upload(caller, zipped(FILES))["data"]["path"]
        add_version(caller, create(caller, "later")["data"]["id"], path)
        emulator.advance(40)
        wait_for(BUILDING_INDEX)
        before = search_that_runs()
        file_before = caller.send("GET", "/dataset-files/later/V1/readme.txt").status_code
        emulator.advance(20)
        wait_for(SUCCESS)
        after = search_that_runs()
        file_after = caller.send("GET", "/dataset-files/later/V1/readme.txt").status_code
        emulator.advance(60)
        emulator.settle()
        urls = [caller.get_search(number)["data"]["result_url"] for number in (before, after)]
        counted = [caller.session.get(url, timeout=60).text.split()[1] for url in urls]

    assert (counted, file_before, file_after) == (["0", "2"], 404, 200)


def test_versions_that_end_together_are_all_found_and_old_tables_go(emulator: Emulator, admin: Caller) -> None:
    dataset_id = create(admin, "together")["data"]["id"]
    path = upload(admin, zipped({"a.png": image("PNG", 2, 2)}))["data"]["path"]
    for _ in range(6):
        add_version(admin, dataset_id, path)
    emulator.settle()

    found = query(emulator, admin, "select version from meta where dataset = 'together' order by version").split()

    assert found == ["version", "1", "2", "3", "4", "5", "6"]
    assert len(list((emulator.ca_file.parent / "scratch" / "warehouse").glob("*.duckdb"))) == 1


def test_a_reset_forgets_datasets_files_and_images_and_ends_what_is_being_built() -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
        data = built_from(emulator, caller, "gone", zipped(FILES))
        add_version(caller, data["dataset_id"], "s3://uploads/gone.zip")

        emulator.reset()

        assert detail(caller, "gone/V1")["code"] == 2
        assert caller.session.get(data["parquet_index_path"], timeout=60).status_code == 404
        assert query(emulator, caller, "select count(*) from meta where dataset = 'gone'").split()[1] == "0"
        assert create(caller, "gone")["data"]["id"] == 1


def test_other_requests_are_served_while_a_large_version_is_built(emulator: Emulator, admin: Caller) -> None:
    path = upload(admin, zipped({f"{number}.txt": b"x" for number in range(2000)}))["data"]["path"]
    add_version(admin, create(admin, "large")["data"]["id"], path)

    served = 0
    while detail(admin, "large/V1")["data"]["status"] not in {SUCCESS, 4}:
        served += 1

    assert served > 5
    assert detail(admin, "large/V1")["data"]["data_count"] == 2000


def test_records_that_were_read_back_show_finished_versions_and_finish_the_others() -> None:
    with Emulator(QUICK) as emulator, Caller(emulator.base_url, emulator.token, emulator.s3_token) as caller:
        data = built_from(emulator, caller, "kept", zipped(FILES))
        instance, thread, _ = emulator._parts()
        versions = instance.store.table(VersionRecord)
        finished = versions.get(data["id"])
        assert finished is not None

        async def start_again() -> None:
            versions.put(replace(finished, id=2, version=2, status=BUILDING_INDEX))
            instance._plant()
            instance.datasets.resume()

        thread.call(start_again())
        emulator.settle()

        assert detail(caller, "kept/V2")["data"]["status"] == SUCCESS
        found = query(emulator, caller, "select distinct version from meta where dataset = 'kept' order by 1").split()
    assert found == ["version", "1", "2"]
