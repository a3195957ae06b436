"""Errors into replies: the one table from domain errors to HTTP, and RFC 9457 problems."""

from http import HTTPStatus
from typing import Any

from tornado.web import HTTPError

from todo import errors
from todo.shapes.problem import Problem, ProblemFault

STATUS: dict[type[errors.DomainError], int] = {
    errors.MalformedRequest: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.SignUpRefused: 403,
    errors.NotFound: 404,
    errors.IdTaken: 409,
    errors.Conflict: 409,
    errors.LimitReached: 409,
    errors.StillRunning: 409,
    errors.AlreadyDone: 409,
    errors.Gone: 410,
    errors.VersionMismatch: 412,
    errors.InvalidInput: 422,
    errors.IdempotencyMismatch: 422,
    errors.Unreadable: 422,
    errors.PreconditionRequired: 428,
    errors.TooManyAttempts: 429,
    errors.DatabaseBusy: 503,
    errors.DatabaseUnavailable: 503,
    errors.DatabaseFull: 503,
    errors.OutcomeUnknown: 503,
    errors.FilesUnavailable: 503,
}
CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    426: "upgrade_required",
    431: "headers_too_large",
}
_DETAILS = {
    400: "The request cannot be read: check its address and, of a form, that it is one and has at most 1,000 fields.",
    404: "There is nothing at this address. GET /v1 lists what there is.",
    405: "This method is not served here; `Allow` names those that are.",
    500: "Something went wrong here. It has been logged under the request id.",
}


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error: that of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem_of(error: BaseException | None, status: int, request_id: str) -> Problem:
    """The problem to send. Nothing of an error that is not a domain error gets out."""
    if isinstance(error, errors.DomainError):
        return _of_domain_error(error, request_id)
    detail = _DETAILS.get(status)
    if isinstance(error, HTTPError) and status < 500 and detail is None:
        detail = error.reason
    return Problem(
        title=_title(status),
        status=status,
        code=CODES.get(status, "internal_error" if status >= 500 else "bad_request"),
        detail=detail,
        request_id=request_id,
    )


def retry_after(error: BaseException | None) -> int | None:
    """Seconds to wait before trying again, where the error says so."""
    return getattr(error, "retry_after", None)


def _of_domain_error(error: errors.DomainError, request_id: str) -> Problem:
    status = status_of(error)
    return Problem(
        title=_title(status),
        status=status,
        code=error.code,
        detail=error.detail,
        request_id=request_id,
        errors=tuple(_fault(fault) for fault in error.faults),
        current=getattr(error, "current", None),
        id=getattr(error, "item_id", None),
    )


def _fault(fault: errors.Fault) -> ProblemFault:
    where: dict[str, Any] = {fault.kind: fault.where}
    return ProblemFault(detail=fault.detail, **where)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
