"""The mapped classes. Importing this package knows every table."""

from todo.models.account import Account
from todo.models.base import Base
from todo.models.change import Change, ChangedItem, Tombstone
from todo.models.exports import Export
from todo.models.feeds import Feed
from todo.models.idempotency import IdempotencyRecord
from todo.models.identifier import uuid7
from todo.models.imports import Import, ImportProblem
from todo.models.invitation import Invitation
from todo.models.invite import Invite
from todo.models.job import Job
from todo.models.link import Link
from todo.models.live import Connection, Subscription, Ticket
from todo.models.member import Member
from todo.models.password_reset import PasswordReset
from todo.models.reminder import Reminder
from todo.models.scope import Scope
from todo.models.task import Task, TaskLabel
from todo.models.task_list import TaskList
from todo.models.throttle import Throttle
from todo.models.token import Token

__all__ = [
    "Account",
    "Base",
    "Change",
    "ChangedItem",
    "Connection",
    "Export",
    "Feed",
    "IdempotencyRecord",
    "Import",
    "ImportProblem",
    "Invitation",
    "Invite",
    "Job",
    "Link",
    "Member",
    "PasswordReset",
    "Reminder",
    "Scope",
    "Subscription",
    "Task",
    "TaskLabel",
    "TaskList",
    "Throttle",
    "Ticket",
    "Token",
    "Tombstone",
    "uuid7",
]
