"""What schemathesis has to know of the platform's way to refuse. Loaded by schemathesis.toml."""

import copy
from typing import Any

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.specs.openapi.checks import negative_data_rejection

Response = Any
Case = Any


@schemathesis.check
def a_request_that_does_not_fit_is_refused_in_the_envelope(ctx: CheckContext, response: Response, case: Case) -> None:
    """Schemathesis's own check, with an envelope's refusal read as the HTTP status that it stands for."""
    seen = response
    if response.status_code == 200 and response.json()["code"] != 0:
        seen = copy.copy(response)
        seen.status_code = 400
    negative_data_rejection(ctx, seen, case)
