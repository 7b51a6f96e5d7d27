"""Finding the fields of a request or an answer, through references and nullable wrappers."""

from __future__ import annotations

from generator.lint.place import Place
from generator.lint.survey import Operation, Survey

JSON = "application/json"
FORM = "multipart/form-data"


def unwrap(survey: Survey, place: Place) -> Place | None:
    """The schema behind `$ref`s and `anyOf: [x, null]`; None when a reference is broken."""
    found = survey.follow(place)
    if found is None:
        return None
    branches = [branch for branch in found.children("anyOf") if branch.get("type") != "null"]
    return unwrap(survey, branches[0]) if len(branches) == 1 else found


def property_of(survey: Survey, schema: Place | None, name: str) -> Place | None:
    """The schema of the field `name` of an object; None when it has no such field."""
    owner = unwrap(survey, schema) if schema else None
    found = owner.child("properties", name) if owner else None
    return unwrap(survey, found) if found and found.data is not None else None


def property_names(survey: Survey, schema: Place | None) -> list[str]:
    """The names of an object's fields; none for anything else."""
    owner = unwrap(survey, schema) if schema else None
    return [place.name for place in owner.children("properties")] if owner else []


def response_schema(survey: Survey, operation: Operation, status: str = "200") -> Place | None:
    """The body that the operation answers with; None when it is not described."""
    response = dict(survey.responses(operation)).get(status)
    schema = response.child("content", JSON, "schema") if response else None
    return survey.follow(schema) if schema and schema.data is not None else None


def data_schema(survey: Survey, operation: Operation) -> Place | None:
    """What the envelope of a successful answer holds; None when it holds nothing."""
    return property_of(survey, response_schema(survey, operation), "data")


def request_schemas(survey: Survey, operation: Operation) -> dict[str, Place]:
    """The request body for each media type."""
    body = survey.follow(operation.place.child("requestBody"))
    media = body.children("content") if body else ()
    return {place.name: place.child("schema") for place in media}


def parameter_names(survey: Survey, operation: Operation, *places: str) -> list[str]:
    """The names of the operation's parameters, those in `places` (path, query, header) only if given."""
    parameters = survey.parameters(operation)
    return [str(place.get("name")) for place in parameters if not places or place.get("in") in places]
