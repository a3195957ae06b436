"""Letters become mails: looked up when they are sent, in the language of whom they are for."""

from collections.abc import Callable, Mapping
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

Writer = Callable[[Backend, Recipient, UUID, Mapping[str, Any]], Letter | None]


def send(backend: Backend, job: Claimed) -> None:
    """Send the letter that the job names, unless there is nothing to say any more, or nobody to say it to.

    Raises JobRefused, JobDelayed, and what units of work raise.
    """
    writer = _WRITERS.get(str(job.payload.get("letter")))
    if writer is None or job.account_id is None:
        raise JobRefused("this version knows no such letter")
    recipient = backend.database.read(recipients.find_recipient, job.account_id)
    if recipient is None:
        return
    try:
        letter = writer(backend, recipient, job.account_id, job.payload)
    except (KeyError, TypeError, ValueError) as error:
        raise JobRefused(f"the job does not say what its letter needs ({type(error).__name__})") from error
    if letter is None:
        return
    if backend.mailer is None:
        raise JobRefused("no sender is set: TODO_MAIL_FROM, or MailFrom of the stack")
    message = Message(job.id, recipient.email, letter.subject, letter.text, letter.html, letter.language)
    try:
        backend.mailer.send(message)
    except MailRefused as error:
        raise JobRefused(str(error)) from error
    except MailDelayed as error:
        raise JobDelayed(str(error)) from error


def _reminder(backend: Backend, to: Recipient, account_id: UUID, payload: Mapping[str, Any]) -> Letter | None:
    task = backend.database.read(facts.find_task, account_id, UUID(payload["task_id"]))
    return None if task is None else letters.reminder(_addressee(to), task)


def _digest(backend: Backend, to: Recipient, account_id: UUID, payload: Mapping[str, Any]) -> Letter | None:
    day = date.fromisoformat(payload["day"])
    found = backend.database.read(facts.due_by, account_id, day)
    if not found.overdue and not found.today:
        return None
    return letters.digest(_addressee(to), day, found)


def _addressee(to: Recipient) -> Addressee:
    return Addressee(name=to.name, language=to.language)


_WRITERS: Mapping[str, Writer] = {"reminder": _reminder, "digest": _digest}
