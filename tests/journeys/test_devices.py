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
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sharing import holder_of, join, link_to
from sqlalchemy import make_url
from sqlalchemy.orm import Session

EXAMPLES = 40 if os.environ.get("PROVE") else 7
STEPS = 50 if os.environ.get("PROVE") else 40

some = st.integers(0, 1_000)
pages = st.sampled_from([1, 2, 3, 500])
roles = st.sampled_from(["viewer", "editor", "owner"])
# What a person does to tasks, and how it is done.
KINDS = {
    **dict.fromkeys(("new", "new below", "new and due", "new with labels", "new and close"), "_write_down"),
    **dict.fromkeys(
        ("title", "complete", "reopen", "labels", "assign", "put below", "put on top", "put after", "due"), "_change"
    ),
    **dict.fromkeys(("move", "move after"), "_move"),
    "throw away": "_throw_away",
    "take back": "_take_back",
}
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
        for number, kind in enumerate(
            ("new", "new below", "new below", "new and due", "new with labels", "new and close")
        ):
            for where in range(2):
                self._write_down(self.devices[1], kind, where, number)
        self._push(self.devices[1])
        self.devices[1].sync()

    # -- what people do with their devices --------------------------------------------------------------------------

    @rule(which=some, edits=st.lists(st.tuples(st.sampled_from(sorted(KINDS)), some, some), min_size=4, max_size=12))
    def work(self, which: int, edits: list[tuple[str, int, int]]) -> None:
        """Sent at once, or when the device is back."""
        for kind, first, second in edits:
            getattr(self, KINDS[kind])(self._device(which), kind, first, second)
        if which % 4 not in self.away:
            self._push(self._device(which))

    def _write_down(self, device: Device, kind: str, where: int, other: int) -> None:
        list_id = pick(device.store.lists, where)
        if list_id is None:
            return
        siblings = {each for each, task in device.tasks.items() if task["list_id"] == list_id}
        fields: dict[str, Item] = {
            "new": {},
            "new below": {"parent_id": pick(siblings, other)},
            "new and due": {"due": {"date": "2026-12-01", "recurrence": "FREQ=DAILY;COUNT=3"}},
            "new with labels": {"labels": [f"label {other % 2}"], "assignee_id": self.people[other % 3].id},
            "new and close": {"order": 1 + other * 1e-9},  # so that there is no room behind it
        }
        device.create(list_id, f"task {other}", **fields[kind])

    def _change(self, device: Device, kind: str, task: int, other: int) -> None:
        task_id = pick(device.tasks, task)
        if task_id is None:
            return
        list_id = device.tasks[task_id]["list_id"]
        siblings = {each for each, its in device.tasks.items() if its["list_id"] == list_id}
        changes: dict[str, Item] = {
            "title": {"title": f"title {other}", "priority": other % 5},
            "complete": {"completed": True},
            "reopen": {"completed": False},
            "labels": {"labels": [f"label {other % 2}", "Label 0"]},
            "assign": {"assignee_id": self.people[other % 3].id},
            "put below": {"parent_id": pick(siblings, other)},
            "put on top": {"parent_id": None},
            "put after": {"after": pick(siblings, other)},
            "due": {"due": {"date": f"2026-12-{other % 20 + 10}"}},
        }
        device.update(task_id, **changes[kind])

    def _move(self, device: Device, kind: str, task: int, other: int) -> None:
        task_id, list_id = pick(device.tasks, task), pick(device.store.lists, other)
        if task_id is None or list_id is None:
            return
        there = {each for each, its in device.tasks.items() if its["list_id"] == list_id}
        after = {"after": pick(there, other)} if kind == "move after" and there else {}
        device.update(task_id, list_id=list_id, **after)

    def _throw_away(self, device: Device, _kind: str, task: int, _other: int) -> None:
        task_id = pick(device.tasks, task)
        if task_id is not None:
            device.delete(task_id)
            self.discarded.append(task_id)

    def _take_back(self, device: Device, _kind: str, task: int, _other: int) -> None:
        if self.discarded:
            device.restore(self.discarded[-1 - task % min(4, len(self.discarded))])

    @rule(which=some, how=st.sampled_from(["away", "back", "back unheard", "listen", "hang up"]), limit=pages)
    def travel(self, which: int, how: str, limit: int) -> None:
        """Lose the network; or come back with what was done meanwhile, perhaps to no more than a page of the rest."""
        number, device = which % 4, self._device(which)
        if how in ("away", "hang up"):
            self._hang_up(number)
        if how == "away":
            self.away.add(number)
        elif how == "listen":
            if number not in self.sockets and number not in self.away:
                device.sync()
                self.sockets[number] = Live(device)
                self.sockets[number].connect()
        elif how != "hang up":
            self.away.discard(number)
            device.push(is_answered=how == "back")
            device.page(limit=limit)

    # -- what they do otherwise -------------------------------------------------------------------------------------

    @rule(who=some, whom=some, where=some, how=st.sampled_from(["invite", "appoint", "dismiss"]), role=roles)
    def share(self, who: int, whom: int, where: int, how: str, role: str) -> None:
        host, guest, task_list = self.people[who % 3], self.people[whom % 3], self.lists[where % 2]
        member = f"{task_list['url']}/members/{guest.id}"
        if how == "appoint":
            self._is_done(host.ask("PUT", member, {"role": role}))
        elif how == "dismiss":
            self._is_done(host.ask("DELETE", member))
        else:
            asked = host.ask("POST", f"{task_list['url']}/invitations", {"email": guest.email, "role": role})
            if self._is_done(asked):
                self._is_done(guest.ask("POST", "/v1/invitations", {"secret": asked.json["secret"]}))

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

    @rule(
        who=some,
        where=some,
        what=st.sampled_from(
            ["rename", "empty", "clear", "delete", "delete for a while", "rename a label", "remove a label"]
        ),
    )
    def organise(self, who: int, where: int, what: str) -> None:
        person, url, label = self.people[who % 3], self.lists[where % 2]["url"], f"/v1/labels/label%20{where % 3 % 2}"
        asked: dict[str, tuple[str, str, Item | None]] = {
            "rename": ("PATCH", url, {"title": f"List {who}"}),
            "empty": ("DELETE", url + "/tasks", None),
            "clear": ("DELETE", url + "/tasks?completed=true", None),
            "delete": ("DELETE", url, None),
            "delete for a while": ("DELETE", url, None),
            "rename a label": ("PATCH", label, {"name": f"Label {who % 3}"}),
            "remove a label": ("DELETE", label, None),
        }
        reply = person.ask(*asked[what])
        if self._is_done(reply) and what.startswith("delete"):
            if what == "delete for a while":
                for number in {0, 1, 2, 3} - self.away:
                    self.devices[number].page()
            # It would be a dull world without it.
            assert self._undo(person, reply.headers["x-operation-id"]).status == 200

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
                phases=[Phase.generate, Phase.shrink],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
