"""Stage `tables`: environments, behaviours and the list of services become plain Python rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import stamp
from .bundle import Json, operations
from .deprecation import deprecation_of
from .facts import function_name, wrap
from .project import header
from .retrying import check_of, is_retry_safe
from .source import Spec

_INIT = '''"""Low-level clients of the AIHub services: attrs models, and one function an operation, sync and async.

`aihub_api.<service>.<operation>` holds `sync`, `asyncio`, `call` and `OPERATION`, `aihub_api.<service>.models`
the data. `aihub_api.client` sends calls to one host; `aihub_api.api` groups all services for one sender.
Importing this package loads none of them. For environments, retries, waiting and transfers use `aihub_sdk`.
"""
'''


def write_tables(spec: Spec, documents: dict[str, Json], folder: Path) -> None:
    """Write the modules that describe all services together, and the package's own files."""
    sources = "spec/environments.yaml, spec/behaviours.yaml and spec/services/"
    (folder / "tables.py").write_text(header(sources) + _tables(spec, documents), encoding="utf-8")
    (folder / "api.py").write_text(header("spec/services/") + _api(documents), encoding="utf-8")
    for public, module in _FACES.items():
        text = header(f"generator/runtime/{module}.py") + _face(public, module)
        (folder / f"{public}.py").write_text(text, encoding="utf-8")
    (folder / "__init__.py").write_text(header("generator/tables.py") + _INIT, encoding="utf-8")
    (folder / "py.typed").write_text("", encoding="utf-8")


# Public module → runtime module it shows, and what it takes from it.
_FACES = {"client": "client", "errors": "errors", "types": "operation"}
_SHOWN = {
    "client": ("AsyncClient", "Client"),
    "errors": ("ApiError", "EnvelopeError", "InvalidArgument", "SchemaMismatch", "UnexpectedAnswer"),
    "types": ("Answer", "AsyncSender", "Call", "Operation", "Sender"),
}
_MORE_TYPES = "from ._runtime.body import File as File\nfrom ._runtime.lenient import Drift as Drift\n"
_FACE_TEXT = {
    "client": "Plain clients: one attempt a call, one host.",
    "errors": "What the low-level clients raise.",
    "types": "Calls, answers and what they are made of.",
}


def _face(public: str, module: str) -> str:
    names = ", ".join(f"{name} as {name}" for name in _SHOWN[public])
    more = _MORE_TYPES if public == "types" else ""
    return f'"""{_FACE_TEXT[public]}"""\n\nfrom ._runtime.{module} import {names}\n{more}'


def _tables(spec: Spec, documents: dict[str, Json]) -> str:
    rows: dict[str, tuple[str, dict[Any, str]]] = {
        "ENVIRONMENTS": ("str, EnvironmentRow", _environments(spec)),
        "SERVICES": ("str, ServiceRow", _services(documents)),
        "OPERATIONS": ("str, OperationRow", _operations(spec, documents)),
        "WAITERS": ("str, WaiterRow", _waiters(spec, documents)),
        "PAGING": ("str, PagingRow", _paging(spec)),
        "FALLBACKS": ("str, FallbackRow", _fallbacks(spec)),
        "UPLOADS": ("str, UploadRow", _uploads(spec)),
        "CODES": ("int, CodeRow", _codes(spec)),
    }
    names = sorted({types.split(", ")[1] for types, _ in rows.values()})
    parts = [
        '"""What the spec says beside the shape of requests and answers, as plain rows."""\n',
        "from __future__ import annotations\n",
        f"from ._runtime.rows import {', '.join(names)}\n",
        f"SPEC_VERSION = {spec.info.data['info']['version']!r}\n",
        f"# The tools that wrote this package, by distribution.\nTOOLS = {stamp.installed_tools()!r}\n",
    ]
    for name, (types, members) in rows.items():
        body = "".join(f"    {key!r}: {row},\n" for key, row in members.items())
        parts.append(f"{name}: dict[{types}] = {{\n{body}}}\n")
    return "\n".join(parts)


def _row(kind: str, /, **fields: Any) -> str:
    return f"{kind}({', '.join(f'{name}={_literal(value)}' for name, value in fields.items())})"


def _literal(value: Any) -> str:
    if isinstance(value, frozenset):
        # A set's order changes with the hash seed; the output must not.
        return f"frozenset({sorted(value)!r})" if value else "frozenset()"
    return repr(value)


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())


def _environments(spec: Spec) -> dict[Any, str]:
    return {
        name: _row(
            "EnvironmentRow",
            name=name,
            title=row["title"],
            title_zh=row["x-zh"],
            description=_text(row.get("description")),
        )
        for name, row in spec.environments.data["environments"].items()
    }


def _services(documents: dict[str, Json]) -> dict[Any, str]:
    return {
        key: _row(
            "ServiceRow",
            key=key,
            title=document["info"]["title"],
            addresses={server["x-environment"]: server["url"] for server in document["servers"]},
        )
        for key, document in documents.items()
    }


def _operations(spec: Spec, documents: dict[str, Json]) -> dict[Any, str]:
    rows = {}
    behaviours = spec.behaviours.data
    for service, document in documents.items():
        for name, (path, method, operation) in operations(document).items():
            schemes = [scheme for requirement in operation["security"] for scheme in requirement]
            rows[name] = _row(
                "OperationRow",
                id=name,
                service=service,
                method=method,
                path=path,
                function=function_name(name),
                summary=operation["summary"],
                security=schemes[0] if schemes else "",
                is_retry_safe=is_retry_safe(behaviours, name, method),
                check=check_of(behaviours, name, method),
                source=operation["x-source"],
                is_deprecated=bool(operation.get("deprecated")),
                deprecation=deprecation_of(operation),
            )
    return rows


def _waiters(spec: Spec, documents: dict[str, Json]) -> dict[Any, str]:
    return {name: _waiter(name, row, documents) for name, row in spec.behaviours.data["waiters"].items()}


def _waiter(name: str, row: Json, documents: dict[str, Json]) -> str:
    service, schema = _state_enum(row, documents)
    values = dict(zip(schema["x-enum-varnames"], schema["enum"], strict=True))
    groups = {
        group: frozenset(values[state] for state in row[group])
        for group in ("pending", "success", "failure", "stopped")
    }
    texts = {key: _text(row[key]) for key in ("created_by", "created_id", "stop")}
    return _row(
        "WaiterRow",
        name=name,
        noun=row["noun"],
        service=service,
        poll=row["poll"],
        argument=row["argument"],
        state=row["state"],
        message=_text(row["message"]),
        states={value: state for state, value in values.items()},
        **groups,
        **texts,
    )


def _state_enum(row: Json, documents: dict[str, Json]) -> tuple[str, Json]:
    """The service whose operation is polled, and the enum of the status field in its answer."""
    for service, document in documents.items():
        found = operations(document).get(row["poll"])
        if found is None:
            continue
        schemas = document["components"]["schemas"]
        media = found[2]["responses"]["200"]["content"]["application/json"]
        envelope = _target(schemas, media["schema"])
        data = next(_target(schemas, one) for one in envelope["properties"]["data"]["anyOf"] if "$ref" in one)
        return service, _target(schemas, data["properties"][row["state"]])
    raise KeyError(row["poll"])


def _target(schemas: dict[str, Json], reference: Json) -> Json:
    return dict(schemas[reference["$ref"].rsplit("/", 1)[-1]])


def _paging(spec: Spec) -> dict[Any, str]:
    return {name: _row("PagingRow", operation=name, **row) for name, row in spec.behaviours.data["paging"].items()}


def _fallbacks(spec: Spec) -> dict[Any, str]:
    return {
        name: _row("FallbackRow", operation=name, method=row["method"], when_status=frozenset(row["when_status"]))
        for name, row in spec.behaviours.data["fallbacks"].items()
    }


def _uploads(spec: Spec) -> dict[Any, str]:
    return {
        name: _row(
            "UploadRow",
            operation=name,
            parts=tuple(row["parts"]),
            is_resumable=row["resumable"],
            max_bytes=row["max_bytes"],
        )
        for name, row in spec.behaviours.data["uploads"].items()
    }


def _codes(spec: Spec) -> dict[Any, str]:
    return {
        int(code): _row("CodeRow", code=int(code), name=row["name"], description=_text(row["description"]))
        for code, row in spec.behaviours.data["codes"].items()
    }


def _api(documents: dict[str, Json]) -> str:
    """The module that groups every service's operations for one sender."""
    classes = {key: "".join(part.capitalize() for part in key.split("_")) for key in documents}
    imports = "".join(f"    from .{key} import Async{name}Api, {name}Api\n" for key, name in sorted(classes.items()))
    text = [
        '"""All services for one sender. A service\'s code is loaded when it is first asked for."""\n\n'
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n    from ._runtime.operation import AsyncSender, Sender\n" + imports
    ]
    for prefix in ("", "Async"):
        text.append(
            f"\n\nclass {prefix}Api:\n"
            f'    """Every operation of the spec, one to one, by service."""\n\n'
            '    __slots__ = ("_sender",)\n\n'
            f"    def __init__(self, sender: {prefix}Sender) -> None:\n        self._sender = sender\n"
        )
        for key, name in classes.items():
            text.append(
                f"\n    @property\n    def {key}(self) -> {prefix}{name}Api:\n"
                f'        """{wrap(documents[key]["info"]["title"] + ".", 8)}"""\n'
                f"        from .{key} import {prefix}{name}Api\n\n"
                f"        return {prefix}{name}Api(self._sender)\n"
            )
    return "".join(text)
