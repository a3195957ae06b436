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
    subject = _cut(says.t("Reminder: {title}", title=task.title), _LONGEST_SUBJECT)
    footer = says.t("You get this because a reminder was set on the task. Take it off the task to get no more of them.")
    notes = _cut(task.notes, _LONGEST_NOTES)
    return _letter("reminder", to, says, subject, footer, task=task, when=says.when, notes=notes)


def digest(to: Addressee, day: date, found: DigestFacts) -> Letter:
    """The letter of what is overdue and what is due on `day`."""
    says = get_translation(to.language)
    count = len(found.overdue) + len(found.today) + found.more
    subject = says.tn("{count} task for {day}", "{count} tasks for {day}", count, day=says.day(day))
    parts = ((says.tx("heading", "Overdue"), found.overdue), (says.tx("heading", "Due today"), found.today))
    groups = [(heading, tasks) for heading, tasks in parts if tasks]
    footer = says.t(
        "You get this each morning at 7:00 because you asked for it. "
        "Switch the digest off in your account to get it no more."
    )

    def place(task: TaskFacts) -> str:
        """Its list, and when it is due, as far as that is not clear on the day itself."""
        if not isinstance(task.due, date):
            return task.list_title
        is_today = (task.due.date() if isinstance(task.due, datetime) else task.due) == day
        when = says.time_of(task.due) if is_today else says.when(task.due)
        return f"{task.list_title}, {when}" if when else task.list_title

    return _letter("digest", to, says, subject, footer, groups=groups, place=place, more=found.more)


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
        _cut(says.t("{name} shares a list with you: {title}", name=name, title=found.list_title), _LONGEST_SUBJECT),
        says.t(
            "You get this because somebody gave your address to share a list with you. "
            "If you do not know who that is, do nothing: then nothing happens."
        ),
        intro=says.t("{inviter} shares a list with you:", inviter=inviter),
        title=found.list_title,
        role=_role(says, found.role),
        page=f"{public_url}/#invitation={secret}" if public_url else "",
        request=f"POST {public_url or ''}/v1/invitations",
        secret=secret,
        until=says.t(
            "The secret is good until {day}, once, for whoever has it: keep it to yourself.",
            day=says.day(found.expires_at.date()),
        ),
    )


def password_reset(found: PasswordResetFacts, secret: str, public_url: str | None) -> Letter:
    """The letter of a forgotten password. Without `public_url` it cannot say where the service is."""
    to = Addressee(name=found.name, language=found.language)
    says = get_translation(to.language)
    return _letter(
        "password_reset",
        to,
        says,
        says.t("Set a new password"),
        says.t(
            "You get this because somebody gave your address as that of an account whose password was forgotten. "
            "If that was not you, do nothing: then nothing happens, and your password stays as it is."
        ),
        intro=says.t(
            "Somebody, probably you, wants to set a new password for the account of {email}.", email=found.email
        ),
        page=f"{public_url}/reset-password#secret={secret}" if public_url else "",
        request=f"PUT {public_url or ''}/v1/password-resets",
        secret=secret,
        until=says.t(
            "This works once, until {when} ({zone}), for whoever has it: keep it to yourself. "
            "All log-ins end then: log in anew wherever you use your lists.",
            when=says.when(found.expires_at),
            zone=str(found.expires_at.tzinfo),
        ),
    )


def _role(says: Translation, role: str) -> str:
    return {
        "owner": says.t("You would be one of its owners: you could change everything, and share it with others."),
        "editor": says.t("You could see and change what is in it."),
        "viewer": says.t("You could see what is in it."),
    }[role]


def _letter(name: str, to: Addressee, says: Translation, subject: str, footer: str, **facts: object) -> Letter:
    known: dict[str, object] = {
        "t": says.t,
        "tn": says.tn,
        "greeting": says.t("Hello {name},", name=to.name) if to.name else says.t("Hello,"),
        "footer": footer,
        "language": says.language,
        "direction": says.direction,
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
