"""The process that runs one SQL query, and nothing else. Started by `engine.py`; imports nothing of the project.

DuckDB's own limits do not hold a hostile query (`repeat('x', 2e9)` takes gigabytes under a limit of megabytes), so
the process is limited by the operating system before the engine is even loaded, and the engine is then locked.

Reads one JSON job from standard input, writes one JSON outcome to standard output.
"""

import contextlib
import csv
import json
import resource
import signal
import sys
from pathlib import Path
from typing import Any

ROWS_AT_ONCE = 1000
LONGEST_MESSAGE = 600


class Refused(Exception):
    """The query is not one that may run; the message says why."""


def limit(job: dict[str, Any]) -> None:
    """Bound this process for good: hard limits cannot be raised again."""
    for kind, most in (
        (resource.RLIMIT_AS, job["memory_bytes"]),
        (resource.RLIMIT_CPU, job["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, job["result_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # Above a soft limit of processor time comes SIGXCPU, which tells; at the hard one SIGKILL, which does not.
        ceiling = bound + 1 if kind == resource.RLIMIT_CPU and bound != hard else bound
        resource.setrlimit(kind, (bound, ceiling))
    # Should the emulator die first, nobody else would end a query that waits without computing.
    signal.alarm(int(job["wall_seconds"]) + 1)


def load(job: dict[str, Any]) -> None:
    """Make the database from the rows that the emulator wrote, whole or not at all."""
    import duckdb  # noqa: PLC0415  # only after the limits are in force

    database = Path(job["database"])
    if database.exists():
        return
    unfinished = database.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in job["columns"].items())
    with duckdb.connect(str(unfinished), config={"threads": 1}) as connection:
        connection.execute(
            f"CREATE TABLE meta AS FROM read_csv(?, header = true, columns = {{{columns}}})",
            [job["rows"]],
        )
    unfinished.replace(database)


def connect(job: dict[str, Any]) -> Any:
    """A connection that can read the database and do nothing else."""
    import duckdb  # noqa: PLC0415  # only after the limits are in force

    return duckdb.connect(
        job["database"],
        read_only=True,
        config={
            "threads": 1,
            # Below the limit of the process: the engine's own refusal is cleaner than a failed allocation.
            "memory_limit": f"{job['memory_bytes'] * 5 // 8 >> 20}MiB",
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "temp_directory": "",
            "lock_configuration": True,
        },
    )


def only_select(connection: Any, sql: str) -> str:
    """The text of the query's one statement, if that is a SELECT."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise Refused(f"exactly one SELECT is allowed, and this is {len(statements)} statements")
    kind = statements[0].type.name
    if kind != "SELECT":
        raise Refused(f"only SELECT is allowed, and this is {kind}")
    return str(statements[0].query)


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Run the query and write its rows as CSV; every value in the engine's own text form, NULL as nothing."""
    load(job)
    with contextlib.closing(connect(job)) as connection:
        query = only_select(connection, job["sql"])
        # Bound once as it was sent, so that what the engine says about a mistake is about the user's own words.
        columns = connection.sql(query).columns
        # A view and not a subquery: what ends the query, a semicolon or a comment, needs no cutting off.
        connection.execute(f"CREATE TEMP VIEW answer AS {query}")
        connection.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM answer")
        count = 0
        with Path(job["result"]).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            while rows := connection.fetchmany(ROWS_AT_ONCE):
                writer.writerows(rows)
                count += len(rows)
    return {"rows": count}


def explained(error: BaseException, job: dict[str, Any]) -> str:
    """What the user reads when a query fails."""
    name = type(error).__name__
    if isinstance(error, MemoryError) or name == "OutOfMemoryException":
        return f"the query needs more memory than the {job['memory_bytes'] >> 20} MiB that it may use"
    if isinstance(error, OSError):
        return f"the result is larger than the {job['result_bytes']} bytes that it may have"
    text = str(error).strip() or name
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"


def main() -> None:
    """Do the one job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(job)
    # The engine may be installed where an isolated interpreter does not look.
    sys.path.append(job["site"])
    try:
        outcome = answer(job)
    except Exception as error:  # noqa: BLE001  # whatever fails here is the query's failure, and is told
        outcome = {"error": explained(error, job)}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
