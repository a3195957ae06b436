"""How people come to see each other's lists in the tests: by the service's own invitations and links."""

from collections.abc import Mapping
from typing import Any

from clients import Person


def invite(owner: Person, task_list: Mapping[str, Any], guest: Person, role: str) -> None:
    """Let `owner` ask `guest` in, who accepts."""
    asked = owner.ask("POST", f"{task_list['url']}/invitations", {"email": guest.email, "role": role})
    assert asked.status == 201, asked.body
    accepted = guest.ask("POST", "/v1/invitations", {"secret": asked.json["secret"]})
    assert accepted.status == 201, accepted.body


def dismiss(owner: Person, task_list: Mapping[str, Any], guest: Person) -> None:
    """Take somebody's access away."""
    reply = owner.ask("DELETE", f"{task_list['url']}/members/{guest.id}")
    assert reply.status == 204, reply.body


def appoint(owner: Person, task_list: Mapping[str, Any], guest: Person, role: str) -> None:
    """Give a member another role."""
    reply = owner.ask("PUT", f"{task_list['url']}/members/{guest.id}", {"role": role})
    assert reply.status == 200, reply.body


def link(owner: Person, task_list: Mapping[str, Any], role: str) -> Person:
    """Whoever holds a new secret link to the list."""
    reply = owner.ask("POST", f"{task_list['url']}/links", {"role": role})
    assert reply.status == 201, reply.body
    return Person(owner.door, "", reply.json["id"], reply.json["secret"])
