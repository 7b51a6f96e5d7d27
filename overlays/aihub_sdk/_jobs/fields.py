"""From what a caller wrote about a job to the checked request, as steps: names become ids, defaults are filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import attrs
import msgspec

from aihub_api._runtime.enums import OpenIntEnum, OpenStrEnum
from aihub_api.tag_resource.models import ModuleType
from aihub_sdk._calls.steps import Steps
from aihub_sdk._choices import did_you_mean, member
from aihub_sdk.errors import ErrorContext, InvalidRequest, NotFound

from .files import JobSource, job_source
from .lookups import all_storages, clusters_for, one_of
from .models import Problem, problems_of

__all__ = ["JobKind", "job_request"]

R = TypeVar("R")

# What is named of a file with many problems.
_MOST = 20
_CLUSTER, _STORAGES = "virtual_cluster_id", "storage_ids"
# What a YAML or TOML reader makes of a value, in words.
_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


class JobKind(NamedTuple):
    """One kind of job that can be submitted.

    Attributes:
        request: The generated request class.
        service: Service key.
        operation: operationId that creates it.
        module: What clusters are asked for.
        defaults: The fields that the platform demands and the SDK fills in when they are not given.
    """

    request: type[Any]
    service: str
    operation: str
    module: ModuleType
    defaults: Mapping[str, Any]


def job_request(kind: JobKind, job: object, overrides: Mapping[str, Any], environment: str) -> Steps[Any]:
    """The request for a job.

    Args:
        job: A dict, the path of a file, or None.
        overrides: Keyword arguments, which win over `job`; None stands for not given.

    Returns:
        An instance of `kind.request`.

    Raises:
        InvalidRequest: A field is unknown, missing, or does not fit; nothing was created.
        NotFound: There is no such cluster or storage.
    """
    source = job_source(job)
    context = ErrorContext(kind.service, kind.operation, environment)
    given = {name: value for name, value in overrides.items() if value is not None}
    # What a keyword argument replaces is no longer the file's.
    source = source._replace(fields={k: v for k, v in source.fields.items() if v is not None and k not in given})
    fields = {**kind.defaults, **source.fields, **given}
    known = {attribute.name: attribute for attribute in attrs.fields(kind.request)}
    found = problems_of(kind.request, kind.service, {**fields, **_stand_ins(fields)}, source) if source.file else None
    if found and len(found) > 1:
        raise _several(found, source, context)
    _check_names(fields, known, source, context)
    if isinstance(fields["envs"], Mapping):
        fields["envs"] = _env_list(fields["envs"], source, context)
    # Everything but names is checked before anything is asked.
    typed = _typed(kind, {**fields, **_stand_ins(fields)}, source, context)
    if found:
        raise InvalidRequest(f"{found[0].text}.", field=found[0].field, context=context, hint="Mend it in the file.")
    return attrs.evolve(typed, **(yield from _ids(kind, fields, source, environment)))


def _several(found: Sequence[Problem], source: JobSource, context: ErrorContext) -> InvalidRequest:
    """The error for a file with more than one problem."""
    named = "; ".join(
        each.text.removeprefix(f"{source.file}, ").removeprefix(f"{source.file}: ") for each in found[:_MOST]
    )
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    message = f"{source.file} has {len(found)} problems: {named}{more}."
    hint = "Nothing was sent. Mend them in the file."
    return InvalidRequest(message, field=found[0].field, context=context, hint=hint)


def _check_names(
    fields: Mapping[str, Any], known: Mapping[str, attrs.Attribute[Any]], source: JobSource, context: ErrorContext
) -> None:
    for name in fields:
        if name not in known:
            hint = f"The fields of a job are {', '.join(known)}."
            where, question = source.at(name), did_you_mean(str(name), known)
            # A file is called what it is called: only a sentence of our own begins with a capital.
            message = f"{f'{where}there' if where else 'There'} is no field {name!r}.{question}"
            raise InvalidRequest(message, field=str(name), context=context, hint=hint)
    missing = [name for name, each in known.items() if each.default is attrs.NOTHING and name not in fields]
    if missing:
        where = f"{source.file}: " if source.file else ""
        verb = "is" if len(missing) == 1 else "are"
        message = f"{where}{', '.join(missing)} {verb} missing."
        it = "it" if len(missing) == 1 else "them"
        hint = f"Pass {', '.join(f'{name}=' for name in missing)} or write {it} into the job's file or dict."
        raise InvalidRequest(message, field=missing[0], context=context, hint=hint)
    for name in known:
        value = fields.get(name)
        if known[name].default is attrs.NOTHING and isinstance(value, str) and not value.strip():
            where = source.at(name) if name in source.fields else ""
            raise InvalidRequest(f"{where}{name} is empty.", field=name, context=context, hint=f"Give the {name}.")


def _env_list(envs: Mapping[str, Any], source: JobSource, context: ErrorContext) -> list[dict[str, str]]:
    """Environment variables as the platform takes them."""
    for key, value in envs.items():
        if not isinstance(value, str):
            where = source.at(f"envs.{key}") if envs is source.fields.get("envs") else ""
            kind = _WORDS.get(type(value), type(value).__name__)
            message = f"{where}envs.{key} cannot be {value!r}, which is {kind}: environment variables are text."
            raise InvalidRequest(message, field=f"envs.{key}", context=context, hint=f'Quote it: "{value}".')
    return [{"key": key, "value": value} for key, value in envs.items()]


def _stand_ins(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the right type in place of names that are still to be looked up."""
    found: dict[str, Any] = {}
    if isinstance(fields.get(_CLUSTER), str):
        found[_CLUSTER] = 0
    storages = fields.get(_STORAGES)
    if isinstance(storages, (list, tuple)):
        found[_STORAGES] = [0 if isinstance(each, str) else each for each in storages]
    return found


def _typed(kind: JobKind, fields: Mapping[str, Any], source: JobSource, context: ErrorContext) -> Any:
    """The request, each field checked by itself so that an error can say which one and where."""
    hints = get_type_hints(kind.request)
    values = {name: _value(name, value, hints[name], source, context) for name, value in fields.items()}
    return kind.request(**values)


def _value(name: str, value: Any, expected: Any, source: JobSource, context: ErrorContext) -> Any:
    where = source.at(name) if name in source.fields else ""
    inner = next((each for each in get_args(expected) if each is not type(None)), expected)
    if isinstance(inner, type) and issubclass(inner, (OpenIntEnum, OpenStrEnum)):
        try:
            return member(inner, value, name)
        except InvalidRequest as error:
            raise InvalidRequest(where + error.message, field=name, context=context, hint=error.hint) from error
    try:
        return msgspec.convert(_plain(value), type=expected)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        inside = name + path.rstrip("`")
        where = source.at(inside) if name in source.fields else ""
        shown = "" if path else f" cannot be {value!r}, which is {_WORDS.get(type(value), type(value).__name__)}"
        message = f"{where}{inside}{shown}: {problem[:1].lower()}{problem[1:].replace('`', '')}."
        raise InvalidRequest(message, field=inside, context=context, hint=_remedy(name, value, problem)) from error


def _remedy(name: str, value: Any, problem: str) -> str:
    if name == "envs":
        return 'Pass a dict of text such as {"NCCL_DEBUG": "INFO"}, or a list of {"key": …, "value": …}.'
    if "array" in problem:
        return f"Pass a list, also for a single one: {name}=[…]."
    if isinstance(value, str):
        return f"Pass {name} without quotes, as the type that is named."
    return f"Pass {name} as the type that is named."


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return attrs.asdict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _ids(kind: JobKind, fields: Mapping[str, Any], source: JobSource, environment: str) -> Steps[dict[str, Any]]:
    """The ids in the places of the cluster's and the storages' names; asks nothing when there are only ids."""
    context = ErrorContext(kind.service, kind.operation, environment)
    found: dict[str, Any] = {}
    if isinstance(fields[_CLUSTER], str):
        clusters = yield from clusters_for(environment, None, kind.module)
        found[_CLUSTER] = _id(clusters, fields[_CLUSTER], _CLUSTER, source, context)
    if any(isinstance(each, str) for each in fields[_STORAGES]):
        storages = yield from all_storages(environment)
        found[_STORAGES] = [
            _id(storages, each, _STORAGES, source, context) if isinstance(each, str) else each
            for each in fields[_STORAGES]
        ]
    return found


def _id(items: Sequence[Any], name: str, field: str, source: JobSource, context: ErrorContext) -> int:
    noun = "cluster" if field == _CLUSTER else "storage"
    try:
        item = one_of(items, name, noun=noun, field=field, context=context)
    except NotFound as error:
        where = source.at(field) if field in source.fields else ""
        raise NotFound(where + error.message, context=context, hint=error.hint) from error
    number: int = item.id
    return number
