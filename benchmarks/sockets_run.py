"""One run: a contender's server, so many sockets, a few changes, and what is to be said of it."""

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sockets_contenders import CONTENDERS, Way
from sockets_handshake import Order
from sockets_processes import Clients, Server, server

WARM_SOCKETS = 50
# Until what follows an event has calmed down.
_SETTLE_SECONDS = 1.0
_THREADS = 8
_QUANTILES = 100


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all runs. `deadline`: seconds for a change to arrive; `bound`: for a run as a whole."""

    sockets: int
    changes: int
    clients: int
    deadline: float
    bound: float
    profile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One change. Times are seconds since its request was sent; None where no socket heard of it.

    `arrivals`: when the first, then each percent of the sockets had it. `blocked`: the longest time in which nothing
    else had a turn on the event loop, `blocked_cpu` what its thread ran in it, `collecting` the longest garbage
    collection. `server_cpu` and `clients_cpu`: seconds that they ran, of `cores` times `slowest` that there were.
    """

    missed: int
    twice: int
    texts: int
    bytes: int
    answered: float
    p50: float | None
    p99: float | None
    slowest: float | None
    arrivals: list[float]
    blocked: float
    blocked_cpu: float
    collecting: float
    server_cpu: float
    clients_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`connecting`: seconds until all were subscribed, and the longest that the loop was blocked meanwhile. `rss`,
    `pss`: bytes a socket, idle; `peak`: RSS at the most, while changes were delivered. `ending`: seconds the server
    took to end. `load`: the load average before the run.
    """

    contender: str
    sockets: int
    connecting: float
    connecting_blocked: float
    connecting_collecting: float
    rss: float
    pss: float
    peak: float
    deliveries: list[Delivery]
    ending: float
    load: float
    closed: list[str]

    @property
    def faults(self) -> list[str]:
        """What must not happen."""
        faults = [f"a socket was closed: {why}" for why in self.closed]
        for number, each in enumerate(self.deliveries, 1):
            if each.missed:
                faults.append(f"{each.missed} of {self.sockets} sockets did not hear of change {number}")
            if each.twice:
                faults.append(f"change {number} was told {each.twice} times too often")
            if each.texts > 1:
                faults.append(f"change {number} was told in different words")
        return faults


def run(name: str, terms: Terms, folder: Path) -> Result:
    """Let the sockets of one contender be opened, and make the changes."""
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    token = uuid.uuid4().hex
    with server(name, token, folder, profile=terms.profile) as served:
        way = CONTENDERS[name].prepare(served.site, token)
        _warm(served, way, terms)
        before = served.memory()
        with _clients(served, way, terms.sockets, terms) as clients:
            begun = time.monotonic()
            connecting = _connected(clients, terms.sockets)
            meanwhile = _blocked(folder / "probe", begun, time.monotonic())
            time.sleep(_SETTLE_SECONDS)
            idle = served.memory()
            served.forget_peak()
            closed: list[str] = []
            deliveries = [_deliver(served, way, clients, terms, folder, closed) for _ in range(terms.changes)]
            peak = served.memory()["VmHWM"]
            ending = time.monotonic()
            served.process.terminate()
            served.process.wait(60)
            ending = time.monotonic() - ending
    return Result(
        contender=name,
        sockets=terms.sockets,
        connecting=connecting,
        connecting_blocked=meanwhile["blocked"],
        connecting_collecting=meanwhile["collecting"],
        rss=(idle["VmRSS"] - before["VmRSS"]) / terms.sockets,
        pss=(idle["Pss"] - before["Pss"]) / terms.sockets,
        peak=(peak - before["VmRSS"]) / terms.sockets,
        deliveries=deliveries,
        ending=ending,
        load=load,
        closed=closed,
    )


def _warm(served: Server, way: Way, terms: Terms) -> None:
    """Let the server import and keep what it needs once, however many sockets there are."""
    with _clients(served, way, WARM_SOCKETS, terms) as clients:
        _connected(clients, WARM_SOCKETS)
        way.change("to warm up")
        time.sleep(_SETTLE_SECONDS)
    time.sleep(_SETTLE_SECONDS)


@contextmanager
def _clients(served: Server, way: Way, sockets: int, terms: Terms) -> Iterator[list[Clients]]:
    """Processes of clients, each from an address of its own, told to connect."""
    started: list[Clients] = []
    try:
        for number in range(min(terms.clients, sockets)):
            order = Order(
                host=served.site.host,
                port=served.site.live_port,
                source=f"127.0.0.{number + 2}",
                sockets=len(range(number, sockets, terms.clients)),
                threads=_THREADS,
                token=way.token,
                tickets=way.tickets,
                subscribe=json.dumps({"type": "subscribe", "lists": [{"id": way.list_id}]}),
                seconds=terms.bound,
            )
            started.append(Clients(order))
        for each in started:
            each.connect()
        yield started
    finally:
        for each in started:
            each.stop()


def _connected(clients: list[Clients], sockets: int) -> float:
    """Wait until all are subscribed: how long it took. Ends the program where some could not be."""
    answers = [each.answer() for each in clients]
    if sum(answer["connected"] for answer in answers) != sockets:
        faults = sorted({fault for answer in answers for fault in answer["faults"]})
        missing = sockets - sum(answer["connected"] for answer in answers)
        raise SystemExit(f"{missing} of {sockets} sockets could not be opened: {'; '.join(faults[:2])}")
    return max(float(answer["seconds"]) for answer in answers)


def _deliver(
    served: Server, way: Way, clients: list[Clients], terms: Terms, folder: Path, closed: list[str]
) -> Delivery:
    """Make one change, and wait until all heard of it."""
    marker = uuid.uuid4().hex
    for each in clients:
        each.tell({"marker": marker, "seconds": terms.deadline})
    for each in clients:
        each.answer()
    time.sleep(_SETTLE_SECONDS)
    _turn_profile(served, terms)
    cpu = served.cpu()
    sent, answered = way.change(marker)
    answers = [each.answer() for each in clients]
    cpu = served.cpu() - cpu
    _turn_profile(served, terms)
    over = time.monotonic()
    time.sleep(_SETTLE_SECONDS / 2)
    closed.extend(why for answer in answers for why in answer["closed"])
    heard = sorted(at - sent for answer in answers for at in answer["heard"])
    texts = {text for answer in answers for text in answer["texts"]}
    return Delivery(
        missed=terms.sockets - len(heard),
        twice=sum(answer["twice"] for answer in answers),
        texts=len(texts),
        bytes=max((len(text.encode()) for text in texts), default=0),
        answered=answered - sent,
        p50=heard[len(heard) // 2] if heard else None,
        p99=heard[len(heard) * 99 // 100] if heard else None,
        slowest=heard[-1] if heard else None,
        arrivals=[heard[min(len(heard) - 1, len(heard) * percent // _QUANTILES)] for percent in range(_QUANTILES + 1)]
        if heard
        else [],
        server_cpu=cpu,
        clients_cpu=sum(answer["cpu"] for answer in answers),
        **_blocked(folder / "probe", sent, over),
    )


def _turn_profile(served: Server, terms: Terms) -> None:
    if terms.profile:
        served.signal(signal.SIGUSR1)
        time.sleep(0.05)


def _blocked(notes: Path, begin: float, end: float) -> dict[str, float]:
    """What the probe noted between two times."""
    found: list[tuple[str, float, float, Any]] = [json.loads(line) for line in notes.read_text().splitlines()]
    during = [note for note in found if note[1] + note[2] > begin and note[1] < end]
    late = max((note for note in during if note[0] == "late"), key=lambda note: note[2], default=None)
    return {
        "blocked": late[2] if late else 0.0,
        "blocked_cpu": float(late[3]) if late else 0.0,
        "collecting": max((note[2] for note in during if note[0] == "gc"), default=0.0),
    }
