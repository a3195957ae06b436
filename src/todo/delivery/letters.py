"""What a mail says, in the language of whom it is for: as plain text, and as a page that loads nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources

from tornado.template import DictLoader

from todo.delivery.translation import Translation, get_translation
from todo.services.letters import DigestFacts, InvitationFacts, PasswordResetFacts, TaskFacts

_LONGEST_NOTES = 1_000
_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom a letter is for: a name, or "", and a language."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str
    language: str


def reminder(to: Addressee, task: TaskFacts) -> Letter:
    """The letter that reminds of one task."""
    says = get_translation(to.language)
    subject = _cut(says.text("reminder_subject", title=task.title), _LONGEST_SUBJECT)
    return _letter("reminder", to, says, subject, task=task, when=says.when, notes=_cut(task.notes, _LONGEST_NOTES))


def digest(to: Addressee, day: date, found: DigestFacts) -> Letter:
    """The letter of what is overdue and what is due on `day`."""
    says = get_translation(to.language)
    count = len(found.overdue) + len(found.today) + found.more
    subject = says.count("digest_subject", count, day=says.day(day))
    groups = [(says.text(key), tasks) for key, tasks in (("overdue", found.overdue), ("today", found.today)) if tasks]

    def place(task: TaskFacts) -> str:
        """Its list, and when it is due, as far as that is not clear on the day itself."""
        if not isinstance(task.due, date):
            return task.list_title
        is_today = (task.due.date() if isinstance(task.due, datetime) else task.due) == day
        when = says.time_of(task.due) if is_today else says.when(task.due)
        return f"{task.list_title}, {when}" if when else task.list_title

    return _letter("digest", to, says, subject, groups=groups, place=place, more=found.more)


def invitation(found: InvitationFacts, secret: str, public_url: str | None) -> Letter:
    """The letter that invites to a list. Without `public_url` it cannot say where the service is."""
    to = Addressee(name=found.name, language=found.language)
    says = get_translation(to.language)
    name = found.inviter_name or found.inviter_email
    inviter = f"{name} ({found.inviter_email})" if found.inviter_name else name
    return _letter(
        "invitation",
        to,
        says,
        _cut(says.text("invitation_subject", name=name, title=found.list_title), _LONGEST_SUBJECT),
        intro=says.text("invitation_intro", inviter=inviter),
        title=found.list_title,
        role=says.text(f"invitation_{found.role}"),
        page=f"{public_url}/#invitation={secret}" if public_url else "",
        request=f"POST {public_url or ''}/v1/invitations",
        secret=secret,
        until=says.text("invitation_until", day=says.day(found.expires_at.date())),
    )


def password_reset(found: PasswordResetFacts, secret: str, public_url: str | None) -> Letter:
    """The letter of a forgotten password. Without `public_url` it cannot say where the service is."""
    to = Addressee(name=found.name, language=found.language)
    says = get_translation(to.language)
    return _letter(
        "password_reset",
        to,
        says,
        says.text("password_reset_subject"),
        intro=says.text("password_reset_intro", email=found.email),
        page=f"{public_url}/reset-password#secret={secret}" if public_url else "",
        request=f"PUT {public_url or ''}/v1/password-resets",
        secret=secret,
        until=says.text("password_reset_until", when=says.when(found.expires_at), zone=str(found.expires_at.tzinfo)),
    )


def _letter(name: str, to: Addressee, says: Translation, subject: str, **facts: object) -> Letter:
    known: dict[str, object] = {
        "t": says.text,
        "count": says.count,
        "greeting": says.text("greeting", name=to.name) if to.name else says.text("greeting_nameless"),
        "footer": says.text(f"{name}_footer"),
        "language": says.language,
        "subject": subject,
        **facts,
    }
    text, html = (_templates().load(f"{name}.{kind}").generate(**known).decode() for kind in ("txt", "html"))
    return Letter(subject, text, html, says.language)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


@cache
def _templates() -> DictLoader:
    folder = resources.files("todo.web").joinpath("letters")
    return DictLoader({file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()})
