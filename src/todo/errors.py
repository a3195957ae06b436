"""What can go wrong in the product, as nouns with a stable code. HTTP statuses are given at the edge.

`str(error)` is written for the person who made the request; it never holds SQL, a path or a secret.
"""

from dataclasses import dataclass
from typing import Any, ClassVar


class DomainError(Exception):
    """Base of every refusal that a client is told of. `code` is part of the API and never changes.

    `faults` names the bad parts of the request, where the refusal is about parts of it.
    """

    code: ClassVar[str]
    faults: "tuple[Fault, ...]" = ()

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad part of a request: where it stands and what was expected there.

    `where` is a JSON pointer into the body (`/due/date`), or the name of a query parameter or header.
    """

    detail: str
    where: str
    kind: str = "pointer"  # pointer | parameter | header


class InvalidInput(DomainError):
    """The request was understood and cannot be accepted as it is; `faults` names each bad field."""

    code = "invalid_input"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.where or 'the body'}: {fault.detail}" for fault in faults[:3]))
        self.faults = faults


class MalformedRequest(DomainError):
    """The request could not be read at all: broken JSON, encoding, header or cursor."""

    code = "malformed_request"

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.faults = faults


class Unreadable(DomainError):
    """A file that cannot be read as what it is said to be; the detail names row and column where they are known."""

    code = "unreadable_file"


class BadCursor(MalformedRequest):
    """The cursor is not one of ours, or belongs to another query."""

    code = "bad_cursor"


class Unauthenticated(DomainError):
    """No token, or one that is unknown, expired or revoked."""

    code = "unauthenticated"


class Forbidden(DomainError):
    """The actor sees the thing and may not do this to it."""

    code = "forbidden"


class WrongOrigin(Forbidden):
    """The cookie is for the page of this service alone, and the request came from elsewhere."""

    code = "wrong_origin"


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it."""

    code = "not_found"


class UnknownReset(NotFound):
    """The secret that was to set a new password is unknown, expired or used."""

    code = "unknown_reset"

    def __init__(self) -> None:
        super().__init__("The secret is unknown, expired or used. Ask for another mail.")


class IdTaken(DomainError):
    """The id that the client chose is in use for something else."""

    code = "id_taken"


class Conflict(DomainError):
    """The change contradicts the present state."""

    code = "conflict"


class OtherAccount(Conflict):
    """The request is meant for one account, and its token or cookie is another's."""

    code = "other_account"

    def __init__(self) -> None:
        super().__init__("Somebody else is logged in here now. Load the page again to go on as that person.")


class CannotUndo(Conflict):
    """This kind of change is not undone: it is made again the other way, by whoever may."""

    code = "cannot_undo"


class UndoBlocked(Conflict):
    """It was changed again since; `faults` names what stands in the way."""

    code = "undo_blocked"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("It was changed again since: " + "; ".join(fault.detail for fault in faults[:3]))
        self.faults = faults


class Gone(DomainError):
    """What it was about was deleted for good."""

    code = "gone"


class LastOwner(Conflict):
    """The list would be left without an owner."""

    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("Make somebody else an owner first, or delete the list.")


class SignUpRefused(DomainError):
    """A sign-up that is not taken, here or of this address. `faults` names the invite or the address, if it is that."""

    code = "sign_up_refused"

    def __init__(self, detail: str, *faults: Fault) -> None:
        super().__init__(detail)
        self.faults = faults


class LimitReached(DomainError):
    """A published limit would be passed."""

    code = "limit_reached"


class VersionMismatch(DomainError):
    """The representation changed since the client read it; `current` is how it is now (a shape)."""

    code = "version_mismatch"

    def __init__(self, current: Any) -> None:
        super().__init__("It was changed since you read it. Look at `current` and repeat with its ETag.")
        self.current = current


class PreconditionRequired(DomainError):
    """Repeating the request by accident would do harm, so it must say what it was based on."""

    code = "precondition_required"


class IdempotencyMismatch(DomainError):
    """The Idempotency-Key was used before, for another command."""

    code = "idempotency_mismatch"


class StillRunning(DomainError):
    """The first request with this Idempotency-Key has not ended yet."""

    code = "still_running"


class AlreadyDone(DomainError):
    """The request was carried out before; its reply held a secret, which is not kept."""

    code = "already_done"

    def __init__(self, detail: str, item_id: str) -> None:
        super().__init__(detail)
        self.item_id = item_id


class TooManyAttempts(DomainError):
    """Slow down. `retry_after` is in seconds."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class UploadRefused(Forbidden):
    """A part of a file whose signature is wrong or too old."""

    code = "upload_refused"


class UploadIncomplete(Conflict):
    """Parts of a file are missing, or it is not as long as was announced."""

    code = "upload_incomplete"


class FilesUnavailable(DomainError):
    """Where uploaded and exported files lie cannot be reached, or there is no such place. Nothing was stored."""

    code = "files_unavailable"
    retry_after = 5


class FilesFull(FilesUnavailable):
    """There is no room for another file. Nothing of it was stored."""

    code = "files_full"
    retry_after = 60

    def __init__(self) -> None:
        super().__init__("The disk where files lie is full. Nothing of this one was stored.")


class DatabaseBusy(DomainError):
    """No connection was to be had before the deadline. Nothing was done; `retry_after` is in seconds."""

    code = "database_busy"
    retry_after = 2


class DatabaseUnavailable(DomainError):
    """The database cannot be reached, or was lost on the way. Nothing was stored."""

    code = "database_unavailable"
    retry_after = 5


class DatabaseFull(DomainError):
    """The disk of the database is full. Nothing was stored."""

    code = "database_full"
    retry_after = 60


class OutcomeUnknown(DomainError):
    """The connection was lost while the database was told to commit: the change may or may not be stored."""

    code = "outcome_unknown"
    retry_after = 1
