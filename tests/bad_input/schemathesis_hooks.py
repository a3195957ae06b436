"""What schemathesis cannot know of the document: values of its formats, and what a schema cannot say.

Loaded by schemathesis itself, in its own process (`SCHEMATHESIS_HOOKS`).
"""

import re
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import UseAfterFree
from schemathesis.specs.openapi.checks import negative_data_rejection, use_after_free

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# What says of an import that its body is the file.
_FILE = {"format", "name"}
FORMATS = {
    "time-zone": ("UTC", "Europe/Madrid", "Asia/Kathmandu"),
    "rrule": ("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    "date-or-moment": ("2026-11-23", "2026-11-23T09:00:00Z"),
    "mapping": ('{"title": "Task name"}',),
    "moment": ("2026-11-23T09:00:00", "2026-11-23T09:00:00+01:00"),
}
for name, values in FORMATS.items():
    schemathesis.openapi.format(name, st.sampled_from(values))

# What these hold must fit what is stored, the clock, or another field: no schema says that.
DEPEND_ON_MORE = {
    "/after": "a task of the same list",
    "/assignee_id": "a member of the list",
    "/current_password": "the password",
    "/due": "either a date or a moment",
    "/due/at": "a year from 1973 to 2999",
    "/due/date": "a year from 1973 to 2999",
    "/due/time_zone": "not beside a date",
    "/email": "an address that nobody else has",
    "/expires_at": "in the future",
    "/id": "a UUID of version 4 or 7",
    "If-Match": "an ETag: the schema says so, and schemathesis fills in 0 where it looks at other parts",
    "/list_id": "a list that one sees, with `shows: list` and only then",
    "mapping": "JSON, which schemathesis leaves out of account in forms",
    "/parent_id": "a task of the same list",
    "/token": "a token that sync gave",
    "/text": "a title of at most 500 characters",
    "/reminders": "at most 20 of both kinds together, in a form",
    "/reminders/#": "either a moment or a duration",
    "/reminders/#/at": "a year from 1973 to 2999",
    "/reminders/#/before": "at most 366 days, of a task that is due",
    "updated_since": "a moment that the calendar has in UTC",
}


@schemathesis.check
def refuses_what_is_wrong(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Schemathesis's own check, less what only looks wrong.

    A form holds texts: a number or object in it arrives as a text, which may be right, and what is no form at all as an
    empty one. Of a file that is imported the document knows nothing; JSON is one where the query says so. And where a
    link filled in what was wrong, nothing is.
    """
    parts = {} if case.meta is None else case.meta.components
    wrong = {place for place, part in parts.items() if part.mode is GenerationMode.NEGATIVE}
    if not wrong or (case.media_type in FORMS and not _holds_texts(case.body)):
        return None
    if wrong == {ParameterLocation.BODY} and _is_a_file(case):
        return None
    return negative_data_rejection(ctx, response, case)


def _is_a_file(case: Case[Any]) -> bool:
    return case.operation.label == "POST /v1/imports" and not _FILE.isdisjoint(case.query or {})


def _holds_texts(form: Any) -> bool:
    if not isinstance(form, dict):
        return False
    texts = [each for value in form.values() for each in (value if isinstance(value, list) else [value])]
    return all(isinstance(text, (str, bytes)) for text in texts)


@schemathesis.check
def has_nothing_that_was_deleted(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Schemathesis's own check, but that a list whose tasks were all deleted is still there, with none."""
    try:
        return use_after_free(ctx, response, case)
    except UseAfterFree as failure:
        if failure.operation == "DELETE /v1/lists/{list_id}/tasks":
            return None
        raise


@schemathesis.check
def refuses_valid_requests_only_for_what_no_schema_says(
    ctx: CheckContext,  # noqa: ARG001 - schemathesis's signature
    response: Response,
    case: Case[Any],
) -> bool | None:
    """A request that fits the schemas is not refused as malformed, nor for a field that the schemas describe whole."""
    meta = case.meta
    if (
        meta is None
        or meta.generation.mode is not GenerationMode.POSITIVE
        or response.status_code not in (400, 415, 422)
    ):
        return None
    problem: dict[str, Any] = response.json()
    if problem["code"] in ("bad_cursor", "idempotency_mismatch", "unreadable_file"):
        return None
    faults = problem.get("errors", [])
    named = {fault.get("pointer") or fault.get("parameter") or fault.get("header") for fault in faults}
    assert named, problem
    assert {_field(place) for place in named} <= DEPEND_ON_MORE.keys(), problem
    return None


def _field(place: str) -> str:
    """Which field a fault is about: in a batch, the one that the operation's own request would have."""
    own = re.sub(r"^/operations/\d+/(list|task|changes)(?=/)", "", place)
    return re.sub(r"/\d+", "/#", own)
