"""A search's result as a table: both kinds agree with the rows, and nothing is lost. Every test runs sync and async."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from aihub_sdk.errors import ConfigurationError, InvalidRequest, TransferFailed, UnexpectedResponse
from tests.unit.conftest import MakeClient
from tests.unit.scripted import Client, page, search
from tests.unit.streamed import streamed

URL = "http://storage.example:9000/results/7.csv"
HOSTILE = (
    '\ufeffname,名称,n\r\n"a""b",图 片,1\r\n"line\nbreak, and comma",NA,2\r\n\r\nNone,null,3\r\n spaces ,NaN,4\r\n'
)


def done_search(c: Client) -> Any:
    c.script.steps.insert(0, search(result_url=URL))
    return c.done(c.hub.searches.get(7))


def both(client: MakeClient, text: str | bytes, **more: Any) -> tuple[pd.DataFrame, pa.Table]:
    """The result as both kinds of table."""
    found = []
    for method in ("to_pandas", "to_arrow"):
        c = client(streamed(text))
        found.append(c.done(getattr(done_search(c), method)(**more)))
    return found[0], found[1]


def kinds(frame: pd.DataFrame, table: pa.Table) -> list[tuple[str, str]]:
    """What each column holds, for pandas and for Arrow; pandas calls text `object` or `str`, by its version."""
    texts = {"object": "text", "str": "text"}
    names = [texts.get(str(kind), str(kind)) for kind in frame.dtypes]
    return list(zip(names, [str(field.type) for field in table.schema], strict=True))


def values(frame: pd.DataFrame) -> list[list[Any]]:
    """Each column's values, None for those that are missing."""
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    return [[None if pd.isna(value) else value for value in column.tolist()] for column in columns]


@pytest.mark.parametrize(
    ("column", "kind", "expected"),
    [
        (["1", "-2", "0"], ("int64", "int64"), [1, -2, 0]),
        (["123456789012345678", "1"], ("int64", "int64"), [123456789012345678, 1]),
        (["123456789012345678", ""], ("Int64", "int64"), [123456789012345678, None]),
        (["1", "0.50", "1e-5", "-2.5E+3"], ("float64", "double"), [1.0, 0.5, 0.00001, -2500.0]),
        (["0.25", "", "1e-310"], ("float64", "double"), [0.25, None, 1e-310]),
        (["00042", "1"], ("text", "string"), ["00042", "1"]),
        (["+1", "2"], ("text", "string"), ["+1", "2"]),
        (["12345678901234567890", "1"], ("text", "string"), ["12345678901234567890", "1"]),
        (["1234567890123456.5", "1"], ("text", "string"), ["1234567890123456.5", "1"]),
        (["123456789012345678", "0.5"], ("text", "string"), ["123456789012345678", "0.5"]),
        (["NA", "", "1"], ("text", "string"), ["NA", "", "1"]),
        (["nan", "1.5"], ("text", "string"), ["nan", "1.5"]),
        (["true", "false"], ("text", "string"), ["true", "false"]),
        (["2024-07-19", "2024-07-20"], ("text", "string"), ["2024-07-19", "2024-07-20"]),
        (["1 ", "2"], ("text", "string"), ["1 ", "2"]),
        (['"1\n"', "2"], ("text", "string"), ["1\n", "2"]),
        (["٣", "2"], ("text", "string"), ["٣", "2"]),
        (["", ""], ("text", "string"), ["", ""]),
    ],
    ids=str,
)
def test_a_column_is_of_numbers_only_when_nothing_is_lost(
    client: MakeClient, column: list[str], kind: tuple[str, str], expected: list[Any]
) -> None:
    frame, table = both(client, "a,b\n" + "".join(f"{value},x\n" for value in column))

    assert kinds(frame, table)[0] == kind
    assert values(frame)[0] == expected
    assert table.column(0).to_pylist() == expected


def test_both_tables_hold_what_the_rows_hold(client: MakeClient) -> None:
    c = client(streamed(HOSTILE))
    rows = c.listed(done_search(c).rows())
    frame, table = both(client, HOSTILE, as_text=["n"])

    assert frame.to_dict("records") == rows
    assert table.to_pylist() == rows


def test_an_empty_line_of_a_single_column_is_a_missing_value(client: MakeClient) -> None:
    """So it is written by those who quote only what they must; elsewhere it separates nothing from nothing."""
    text = 'label\na\n\n""\nb\n'
    c = client(streamed(text))
    frame, table = both(client, text)

    assert [row["label"] for row in c.listed(done_search(c).rows())] == ["a", "", "", "b"]
    assert (values(frame), table.column(0).to_pylist()) == ([["a", "", "", "b"]], ["a", "", "", "b"])


def test_columns_of_one_name_all_stay(client: MakeClient) -> None:
    frame, table = both(client, "a,a\n1,x\n")

    assert (list(frame.columns), values(frame)) == (["a", "a"], [[1], ["x"]])
    assert (table.column_names, [column.to_pylist() for column in table.columns]) == (["a", "a"], [[1], ["x"]])


def test_a_result_without_rows_keeps_its_columns(client: MakeClient) -> None:
    frame, table = both(client, "a,b\n")

    assert (list(frame.columns), len(frame), table.column_names, table.num_rows) == (["a", "b"], 0, ["a", "b"], 0)


def test_an_empty_result_is_an_empty_table(client: MakeClient) -> None:
    frame, table = both(client, "")

    assert (frame.shape, table.shape) == ((0, 0), (0, 0))


def test_a_result_that_comes_in_many_pieces_is_one_table(client: MakeClient) -> None:
    rows = 60_000
    frame, table = both(client, "name,n\n" + "".join(f"图片/{n:05}.jpg,{n}\n" for n in range(rows)))

    assert (frame.shape, table.shape) == ((rows, 2), (rows, 2))
    assert (frame["n"].sum(), frame["name"].iloc[-1]) == (sum(range(rows)), f"图片/{rows - 1:05}.jpg")
    assert table.column("n").to_pylist() == frame["n"].tolist()


def test_a_value_with_line_breaks_may_lie_across_pieces(client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aihub_sdk._searches.tables._BLOCK_BYTES", 64)
    monkeypatch.setattr("aihub_sdk._searches.tables._PIECE_BYTES", 64)
    lines = ["\n".join("abcdefgh")] * 40
    frame, table = both(client, "a,b\n" + "".join(f'"{line}",x\n' for line in lines))

    assert (frame["a"].tolist(), table.column("a").to_pylist()) == (lines, lines)


def test_columns_can_be_kept_as_text(client: MakeClient) -> None:
    for as_text in (["version"], "version"):
        frame, table = both(client, "version,n\n1.9,1\n1.10,2\n", as_text=as_text)

        assert kinds(frame, table) == [("text", "string"), ("int64", "int64")]
        assert table.column("version").to_pylist() == ["1.9", "1.10"]


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow"])
def test_a_column_that_there_is_not_cannot_be_kept_as_text(client: MakeClient, method: str) -> None:
    c = client(streamed("version,n\n1,2\n"))

    with pytest.raises(InvalidRequest, match="Did you mean 'version'") as caught:
        c.done(getattr(done_search(c), method)(as_text=["verison"]))
    assert (caught.value.field, caught.value.hint) == ("as_text", "The columns are version, n.")


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow"])
@pytest.mark.parametrize("text", ["a,b\n1\n", "a,b\n1,2,3\n", "a,b\n1,2\n3\n", b"a,b\n\xff,1\n"], ids=str)
def test_what_is_no_csv_is_said_so(client: MakeClient, method: str, text: str | bytes) -> None:
    c = client(streamed(text))

    with pytest.raises(UnexpectedResponse, match="The result of search 7 cannot be read as CSV"):
        c.done(getattr(done_search(c), method)())


@pytest.mark.parametrize(("method", "package"), [("to_pandas", "pandas"), ("to_arrow", "pyarrow")])
def test_a_missing_package_is_named_before_anything_is_fetched(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch, method: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    c = client()

    with pytest.raises(ConfigurationError, match=f"needs the package {package}") as caught:
        c.done(getattr(done_search(c), method)())
    extra = {"pyarrow": "arrow"}.get(package, package)
    assert f"pip install 'aihub-sdk[{extra}]'" in caught.value.hint


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow"])
def test_a_search_that_has_not_succeeded_is_no_table(client: MakeClient, method: str) -> None:
    c = client(search(2), search(2))
    running = c.done(c.hub.searches.get(7))

    with pytest.raises(InvalidRequest, match=r"wait\(\) first"):
        c.done(getattr(running, method)())


@pytest.mark.parametrize("method", ["to_pandas", "to_arrow"])
def test_a_table_leaves_no_file_behind(
    client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    fine, broken = client(streamed("a\n1\n")), client(page(404))
    fine.done(getattr(done_search(fine), method)())

    with pytest.raises(TransferFailed):
        broken.done(getattr(done_search(broken), method)())
    assert list(tmp_path.iterdir()) == []


def test_searching_loads_neither_kind_of_table() -> None:
    program = (
        "import sys; from aihub_sdk import AIHub, Hits; AIHub(env='local', token='t').searches;"
        " print(sorted({'pandas', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    finished = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert finished.stdout.strip() == "[]"
