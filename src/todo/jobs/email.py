"""Letters become mails: looked up when they are sent, in the language of whom they are for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
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


# What it takes of the job: the account that it is written for, and the payload.
Writer = Callable[[Backend, UUID, Mapping[str, Any]], _Mail | None]


def send(backend: Backend, job: Claimed) -> None:
    """Send the letter that the job names, unless there is nothing to say any more, or nobody to say it to.

    Raises JobRefused, JobDelayed, and what units of work raise.
    """
    writer = _WRITERS.get(str(job.payload.get("letter")))
    if writer is None or job.account_id is None:
        raise JobRefused("this version knows no such letter")
    try:
        mail = writer(backend, job.account_id, job.payload)
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


def _reminder(backend: Backend, account_id: UUID, payload: Mapping[str, Any]) -> _Mail | None:
    to = backend.database.read(recipients.find_recipient, account_id)
    task = backend.database.read(facts.find_task, account_id, UUID(payload["task_id"]))
    return None if to is None or task is None else _Mail(to.email, letters.reminder(_addressee(to), task))


def _digest(backend: Backend, account_id: UUID, payload: Mapping[str, Any]) -> _Mail | None:
    day = date.fromisoformat(payload["day"])
    to = backend.database.read(recipients.find_recipient, account_id)
    if to is None:
        return None
    found = backend.database.read(facts.due_by, account_id, day)
    if not found.overdue and not found.today:
        return None
    return _Mail(to.email, letters.digest(_addressee(to), day, found))


def _invitation(backend: Backend, _account_id: UUID, payload: Mapping[str, Any]) -> _Mail | None:
    found = backend.database.read(facts.find_invitation, UUID(payload["invitation_id"]), backend.clock())
    if found is None:
        return None
    if "secret" not in payload:
        raise JobRefused(
            "the secret was forgotten when the mail was given up: withdraw the invitation, and invite anew"
        )
    return _Mail(found.email, letters.invitation(found, payload["secret"], backend.public_url))


def _addressee(to: Recipient) -> Addressee:
    return Addressee(name=to.name, language=to.language)


_WRITERS: Mapping[str, Writer] = {"reminder": _reminder, "digest": _digest, "invitation": _invitation}
