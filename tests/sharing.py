"""Sharing a list through the API, in the words of tests."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from clients import Door, Person
from sqlalchemy import select

from todo.models import Change


def invite(owner: Person, task_list: Mapping[str, Any], email: str, role: str = "editor") -> dict[str, Any]:
    """A new invitation, with its secret."""
    reply = owner.ask("POST", f"{task_list['url']}/invitations", {"email": email, "role": role})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def join(owner: Person, task_list: Mapping[str, Any], person: Person, role: str) -> None:
    """Make somebody a member of a list, by an invitation."""
    secret = invite(owner, task_list, person.email, role)["secret"]
    assert person.ask("POST", "/v1/invitations", {"secret": secret}).status == 201


def dismiss(owner: Person, task_list: Mapping[str, Any], person: Person) -> None:
    """Take somebody's access away; or leave, as oneself."""
    reply = owner.ask("DELETE", f"{task_list['url']}/members/{person.id}")
    assert reply.status == 204, reply.body


def appoint(owner: Person, task_list: Mapping[str, Any], person: Person, role: str) -> None:
    """Give a member another role."""
    reply = owner.ask("PUT", f"{task_list['url']}/members/{person.id}", {"role": role})
    assert reply.status == 200, reply.body


def link_to(owner: Person, task_list: Mapping[str, Any], role: str = "editor", **fields: Any) -> dict[str, Any]:
    """A new link, with its secret."""
    reply = owner.ask("POST", f"{task_list['url']}/links", {"role": role, **fields})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def holder_of(door: Door, link: Mapping[str, Any]) -> Person:
    """Whoever holds a link."""
    return Person(door, "", link["id"], link["secret"])


def roles_in(reader: Person, task_list: Mapping[str, Any]) -> dict[str, str]:
    """The members of a list: account id to role."""
    return {member["account_id"]: member["role"] for member in reader.get(f"{task_list['url']}/members")}


def feed_of(door: Door, scope_id: str) -> list[tuple[str, str, str]]:
    """What the feed says of a scope, in order: kind, item and fields."""
    rows = select(Change.kind, Change.item_id, Change.fields).where(Change.scope_id == UUID(scope_id))
    found = door.database.read(lambda session: session.execute(rows.order_by(Change.revision)).all())
    return [(row.kind, str(row.item_id), row.fields) for row in found]
