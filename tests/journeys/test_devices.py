"""Three people, two lists, four devices that come and go: when it is quiet, all of them know the same.

Whatever order things happen in, each device then has what the server would tell its person, and the server has what
its feed says that happened.
"""

import os
import uuid
from typing import Any, ClassVar
from uuid import UUID

import feed
from clients import Person, Reply, ServerDoor
from clocks import MovableClock
from device import Device, Item, Live
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sharing import holder_of, join, link_to
from sqlalchemy import make_url
from sqlalchemy.orm import Session

EXAMPLES = 80 if os.environ.get("PROVE") else 8
STEPS = 50 if os.environ.get("PROVE") else 30

PHASES = [Phase.generate, Phase.shrink] if not os.environ.get("QUICK") else [Phase.generate]
some = st.integers(0, 1_000)
pages = st.sampled_from([1, 2, 3, 500])
roles = st.sampled_from(["viewer", "editor", "owner"])
# What a device may be told of what was done while it was away.
_REFUSALS = {403, 404, 409, 410, 412, 422, 428}


def pick(found: Any, number: int) -> Any:
    """One of those found, or None where there is none; the same for the same number."""
    ordered = sorted(found)
    return ordered[number % len(ordered)] if ordered else None


class Household(RuleBasedStateMachine):
    """What may happen. Each example has people, and lists, of its own."""

    door: ClassVar[ServerDoor]

    @initialize()
    def move_in(self) -> None:
        """Ann shares two lists with Bob, one of them with whoever holds a link."""
        names = ("Ann", "Bob", "Cat")
        self.people = [self.door.sign_up(f"{name}-{uuid.uuid4()}@example.org", name=name) for name in names]
        ann, bob, cat = self.people
        self.lists = [ann.make_list("Home"), ann.make_list("Work")]
        for task_list in self.lists:
            join(ann, task_list, bob, "editor")
        self.holder = holder_of(self.door, link_to(ann, self.lists[0]))
        self.devices = [Device(ann, 2), Device(ann), Device(bob, 1), Device(cat, 3)]
        self.kiosk = Device(self.holder, 2)
        self.sockets: dict[int, Live] = {}
        self.away: set[int] = set()
        self.discarded: list[str] = []
        for device in self.devices:
            device.sync()

    # -- what people do with their devices --------------------------------------------------------------------------

    @rule(which=some, where=some, parent=st.none() | some, kind=st.sampled_from(["plain", "due", "labelled", "close"]))
    def write_down(self, which: int, where: int, parent: int | None, kind: str) -> None:
        device = self._device(which)
        list_id = pick(device.store.lists, where)
        if list_id is None:
            return
        fields: Item = {}
        if kind == "due":
            fields["due"] = {"date": "2026-12-01", "recurrence": "FREQ=DAILY;COUNT=3"}
        elif kind == "labelled":
            fields["labels"] = [f"label {where % 2}"]
        elif kind == "close":
            fields["order"] = 1 + where * 1e-7  # so that there is no room behind it
        siblings = {each for each, task in device.tasks.items() if task["list_id"] == list_id}
        if parent is not None and siblings:
            fields["parent_id"] = pick(siblings, parent)
        device.create(list_id, f"task {where}", **fields)
        self._perhaps_push(which)

    @rule(
        which=some,
        task=some,
        other=some,
        what=st.sampled_from(
            ["title", "priority", "completed", "reopened", "labels", "assignee", "parent", "top", "after", "due"]
        ),
    )
    def change(self, which: int, task: int, other: int, what: str) -> None:
        device = self._device(which)
        task_id = pick(device.tasks, task)
        if task_id is None:
            return
        siblings = {each for each, its in device.tasks.items() if its["list_id"] == device.tasks[task_id]["list_id"]}
        changes: dict[str, Item] = {
            "title": {"title": f"title {other}"},
            "priority": {"priority": other % 5},
            "completed": {"completed": True},
            "reopened": {"completed": False},
            "labels": {"labels": [f"label {other % 2}", "Label 0"]},
            "assignee": {"assignee_id": self.people[other % 3].id},
            "parent": {"parent_id": pick(siblings, other)},
            "top": {"parent_id": None},
            "after": {"after": pick(siblings, other)},
            "due": {"due": {"date": f"2026-12-{other % 20 + 10}"}},
        }
        device.update(task_id, **changes[what])
        self._perhaps_push(which)

    @rule(which=some, task=some, to=some, after=st.none() | some)
    def move(self, which: int, task: int, to: int, after: int | None) -> None:
        device = self._device(which)
        task_id, list_id = pick(device.tasks, task), pick(device.store.lists, to)
        if task_id is None or list_id is None:
            return
        fields: Item = {"list_id": list_id}
        there = {each for each, its in device.tasks.items() if its["list_id"] == list_id}
        if after is not None and there:
            fields["after"] = pick(there, after)
        device.update(task_id, **fields)
        self._perhaps_push(which)

    @rule(which=some, task=some)
    def throw_away(self, which: int, task: int) -> None:
        device = self._device(which)
        task_id = pick(device.tasks, task)
        if task_id is not None:
            device.delete(task_id)
            self.discarded.append(task_id)
            self._perhaps_push(which)

    @precondition(lambda self: self.discarded)
    @rule(which=some, task=some)
    def take_back(self, which: int, task: int) -> None:
        self._device(which).restore(pick(self.discarded, task))
        self._perhaps_push(which)

    @rule(which=some)
    def go_away(self, which: int) -> None:
        self._hang_up(which % 4)
        self.away.add(which % 4)

    @rule(which=some, is_answered=st.booleans(), limit=pages)
    def come_back(self, which: int, is_answered: bool, limit: int) -> None:
        """With what was done meanwhile; perhaps to no more than a page of what others did."""
        self.away.discard(which % 4)
        device = self._device(which)
        device.push(is_answered=is_answered)
        device.page(limit=limit)

    @rule(which=some)
    def listen(self, which: int) -> None:
        if which % 4 not in self.away and which % 4 not in self.sockets:
            device = self._device(which)
            device.sync()
            self.sockets[which % 4] = Live(device)
            self.sockets[which % 4].connect()

    @rule(which=some)
    def hang_up(self, which: int) -> None:
        self._hang_up(which % 4)

    # -- what they do otherwise -------------------------------------------------------------------------------------

    @rule(who=some, whom=some, where=some, role=roles)
    def invite(self, who: int, whom: int, where: int, role: str) -> None:
        host, guest, task_list = self.people[who % 3], self.people[whom % 3], self.lists[where % 2]
        asked = host.ask("POST", f"{task_list['url']}/invitations", {"email": guest.email, "role": role})
        if self._is_done(asked):
            self._is_done(guest.ask("POST", "/v1/invitations", {"secret": asked.json["secret"]}))

    @rule(who=some, whom=some, where=some, role=st.none() | roles)
    def appoint(self, who: int, whom: int, where: int, role: str | None) -> None:
        """Give somebody another role, or none."""
        path = f"{self.lists[where % 2]['url']}/members/{self.people[whom % 3].id}"
        person = self.people[who % 3]
        self._is_done(person.ask("DELETE", path) if role is None else person.ask("PUT", path, {"role": role}))

    @rule(task=some, what=some)
    def hold_the_link(self, task: int, what: int) -> None:
        """Whoever holds the link works in the list, too."""
        self.kiosk.page()
        task_id = pick(self.kiosk.tasks, task)
        if task_id is None or what % 3 == 0:
            if self.kiosk.store.lists:
                self.kiosk.create(self.lists[0]["id"], f"by link {what}")
        elif what % 3 == 1:
            self.kiosk.update(task_id, notes=f"by link {what}")
        else:
            self.kiosk.delete(task_id)
        self._push(self.kiosk)

    @rule(who=some, where=some, what=some)
    def undo(self, who: int, where: int, what: int) -> None:
        """Take something back that was done in a list, by oneself or another."""
        person, task_list = self.people[who % 3], self.lists[where % 2]
        done = person.ask("GET", f"{task_list['url']}/activity", query={"limit": 20})
        if self._is_done(done):
            operations = [each["operation_id"] for each in done.json]
            self._undo(person, operations[what % len(operations)])

    @rule(who=some, label=some, new=st.none() | some)
    def call_a_label(self, who: int, label: int, new: int | None) -> None:
        """Otherwise, or not at all."""
        path, person = f"/v1/labels/label {label % 2}".replace(" ", "%20"), self.people[who % 3]
        if new is None:
            self._is_done(person.ask("DELETE", path))
        else:
            self._is_done(person.ask("PATCH", path, {"name": f"Label {new % 3}"}))

    @rule(who=some, where=some, what=st.sampled_from(["rename", "empty", "clear", "delete"]))
    def treat_a_list(self, who: int, where: int, what: str) -> None:
        person, url = self.people[who % 3], self.lists[where % 2]["url"]
        asked: dict[str, tuple[str, str, Item | None]] = {
            "rename": ("PATCH", url, {"title": f"List {who}"}),
            "empty": ("DELETE", url + "/tasks", None),
            "clear": ("DELETE", url + "/tasks?completed=true", None),
            "delete": ("DELETE", url, None),
        }
        reply = person.ask(*asked[what])
        if self._is_done(reply) and what == "delete":
            # It would be a dull world without it.
            assert self._undo(person, reply.headers["x-operation-id"]).status == 200

    @rule(who=some)
    def delete_a_list_for_a_while(self, who: int) -> None:
        """What others do meanwhile they do to a list that is not there."""
        owner, url = self.people[who % 3], self.lists[who % 2]["url"]
        reply = owner.ask("DELETE", url)
        if self._is_done(reply):
            for device in self.devices[: who % 5]:
                if self.devices.index(device) not in self.away:
                    device.sync()
            assert self._undo(owner, reply.headers["x-operation-id"]).status == 200

    @rule()
    def be_quiet(self) -> None:
        """Let everybody come back, and look whether they agree."""
        for number, device in enumerate(self.devices):
            self.away.discard(number)
            self._push(device)
        self._push(self.kiosk)
        for number, live in self.sockets.items():
            live.catch_up()
            self._require_as_heard(self.devices[number])
        for device in (*self.devices, self.kiosk):
            device.sync()
            device.require_as_server()
        self.door.database.read(self._require_books)

    def teardown(self) -> None:
        if hasattr(self, "sockets"):
            try:
                self.be_quiet()
            finally:
                for number in list(self.sockets):
                    self._hang_up(number)

    # -- what they share --------------------------------------------------------------------------------------------

    def _device(self, which: int) -> Device:
        return self.devices[which % 4]

    def _perhaps_push(self, which: int) -> None:
        if which % 4 not in self.away:
            self._push(self._device(which))

    def _push(self, device: Device) -> None:
        while device.outbox:
            device.push()
        for _, result in device.refused:
            assert result["status"] in _REFUSALS, result
        device.refused.clear()

    def _hang_up(self, number: int) -> None:
        live = self.sockets.pop(number, None)
        if live is not None:
            live.close()

    def _undo(self, person: Person, operation_id: str) -> Reply:
        reply = person.ask("POST", f"/v1/operations/{operation_id}/undo")
        self._is_done(reply)
        return reply

    def _is_done(self, reply: Reply) -> bool:
        assert reply.status < 300 or reply.status in _REFUSALS, reply
        return reply.status < 300

    def _require_as_heard(self, device: Device) -> None:
        """What a socket told is all that there is to know of the tasks."""
        told = {task["id"]: task for each in device.store.lists for task in self._tasks_of(device.person, each)}
        assert device.store.tasks == told

    def _tasks_of(self, person: Person, list_id: str) -> list[Item]:
        reply = person.ask("GET", f"/v1/lists/{list_id}/tasks", query={"limit": 500})
        assert reply.status == 200, reply
        found: list[Item] = reply.json
        return found

    def _require_books(self, session: Session) -> None:
        list_ids = [UUID(each["id"]) for each in self.lists]
        there, told = feed.as_it_is(session, list_ids), feed.as_the_feed_has_it(session, list_ids)
        assert there.tasks == told.tasks
        assert there.lists == told.lists
        assert there.members == told.members
        feed.require_counts(session, list_ids, [UUID(person.id) for person in self.people])


def test_when_it_is_quiet_every_device_knows_what_the_server_knows(database_url: str, clock: MovableClock) -> None:
    with ServerDoor(make_url(database_url), clock) as door:

        class Here(Household):
            pass

        Here.door = door
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                phases=PHASES,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
