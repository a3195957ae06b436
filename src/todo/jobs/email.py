"""Letters become mails: looked up when they are sent, in the language of whom they are for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from todo.delivery import letters
from todo.delivery.letters import Addressee, Letter
from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.jobs.backend import Backend
from todo.jobs.refusals import JobDelayed, JobRefused
from todo.services import letters as facts
from todo.services import recipients
from todo.services.jobs import Claimed
from todo.services.recipients import Recipient


@dataclass(frozen=True, slots=True)
class _Mail:
    """A letter and the address that it goes to."""

    to: str
    letter: Letter


Writer = Callable[[Backend, Claimed], _Mail | None]


def send(backend: Backend, job: Claimed) -> None:
    """Send the letter that the job names, unless there is nothing to say any more, or nobody to say it to.

    Raises JobRefused, JobDelayed, and what units of work raise.
    """
    writer = _WRITERS.get(str(job.payload.get("letter")))
    if writer is None:
        raise JobRefused("this version knows no such letter")
    try:
        mail = writer(backend, job)
    except (KeyError, TypeError, ValueError) as error:
        raise JobRefused(f"the job does not say what its letter needs ({type(error).__name__})") from error
    if mail is None:
        return
    if backend.mailer is None:
        raise JobRefused("no sender is set: TODO_MAIL_FROM, or MailFrom of the stack")
    letter = mail.letter
    message = Message(job.id, mail.to, letter.subject, letter.text, letter.html, letter.language)
    try:
        backend.mailer.send(message)
    except MailRefused as error:
        raise JobRefused(str(error)) from error
    except MailDelayed as error:
        raise JobDelayed(str(error)) from error


def _reminder(backend: Backend, job: Claimed) -> _Mail | None:
    account_id = _account_of(job)
    to = backend.database.read(recipients.find_recipient, account_id)
    task = backend.database.read(facts.find_task, account_id, UUID(job.payload["task_id"]))
    return None if to is None or task is None else _Mail(to.email, letters.reminder(_addressee(to), task))


def _digest(backend: Backend, job: Claimed) -> _Mail | None:
    account_id, day = _account_of(job), date.fromisoformat(job.payload["day"])
    to = backend.database.read(recipients.find_recipient, account_id)
    if to is None:
        return None
    found = backend.database.read(facts.due_by, account_id, day)
    if not found.overdue and not found.today:
        return None
    return _Mail(to.email, letters.digest(_addressee(to), day, found))


def _invitation(backend: Backend, job: Claimed) -> _Mail | None:
    found = backend.database.read(facts.find_invitation, UUID(job.payload["invitation_id"]), backend.clock())
    if found is None:
        return None
    secret = _secret_of(job, "withdraw the invitation, and invite anew")
    return _Mail(found.email, letters.invitation(found, secret, backend.public_url))


def _password_reset(backend: Backend, job: Claimed) -> _Mail | None:
    found = backend.database.read(facts.find_password_reset, UUID(job.payload["reset_id"]), backend.clock())
    if found is None:
        return None
    secret = _secret_of(job, "ask for another one")
    return _Mail(found.email, letters.password_reset(found, secret, backend.public_url))


def _account_of(job: Claimed) -> UUID:
    if job.account_id is None:
        raise JobRefused("the job does not say whose it is")
    return job.account_id


def _secret_of(job: Claimed, advice: str) -> str:
    if "secret" not in job.payload:
        raise JobRefused(f"the secret was forgotten when the mail was given up: {advice}")
    return str(job.payload["secret"])


def _addressee(to: Recipient) -> Addressee:
    return Addressee(name=to.name, language=to.language)


_WRITERS: Mapping[str, Writer] = {
    "reminder": _reminder,
    "digest": _digest,
    "invitation": _invitation,
    "password_reset": _password_reset,
}
