"""Letters become mails: looked up when they are sent, in the language of whom they are for."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from todo.delivery import letters
from todo.delivery.letters import DigestLetter, LetterTask, ReminderLetter
from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.jobs.backend import Backend
from todo.jobs.refusals import JobDelayed, JobRefused
from todo.services import letters as facts
from todo.services import recipients
from todo.services.jobs import Claimed
from todo.services.recipients import Recipient
