"""One run: a contender, so many environments, and what is to be said of it."""

import collections
import json
import math
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from storm_contenders import CONTENDERS
from storm_environments import Order, Outcome
from storm_peak import Peak
from storm_pgbouncer import POOL_SIZE
from storm_servers import ORDINARY_CONNECTIONS, SOURCE, Servers

HERE = Path(__file__).parent

# So many environments use the same account and the same list.
ENVIRONMENTS_A_PERSON = 10


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all runs. Times are seconds."""

    requests: int
    think: float
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Times are seconds, and those of requests that succeeded; None where none did.

    `lost`: acknowledged and not stored. `unacknowledged`: stored, though the request failed.
    `load`: the machine's load average before the run.
    """

    contender: str
    environments: int
    requests: int
    failed: int
    p50: float | None
    p99: float | None
    peak: int
    wall: float
    acknowledged: int
    stored: int
    lost: int
    unacknowledged: int
    load: float
    reasons: dict[str, int]

    @property
    def faults(self) -> list[str]:
        """What must not happen to this service."""
        limit = POOL_SIZE if CONTENDERS[self.contender].through_pgbouncer else ORDINARY_CONNECTIONS
        found = {
            f"{self.failed} of {self.requests} requests failed": self.failed,
            f"{self.lost} writes were acknowledged and are not stored": self.lost,
            f"{self.unacknowledged} writes were stored although the request failed": self.unacknowledged,
            f"{self.stored} rows are stored for {self.acknowledged} acknowledged writes": (
                self.stored != self.acknowledged
            ),
            f"{self.peak} connections are more than {limit}": self.peak > limit,
        }
        return [fault for fault, is_so in found.items() if is_so]


def people_for(environments: int) -> int:
    """How many accounts, each with a list, so many environments share."""
    return math.ceil(environments / ENVIRONMENTS_A_PERSON)


def run(servers: Servers, name: str, environments: int, terms: Terms, log: Path) -> Result:
    """Let a contender's environments loose on a fresh database."""
    contender = CONTENDERS[name]
    people = servers.people[contender.is_ours][: people_for(environments)]
    load = os.getloadavg()[0]
    with servers.fresh(contender) as url:
        order = Order(
            contender=name,
            url=url,
            people=[(person.token, person.tasks) for person in (people * ENVIRONMENTS_A_PERSON)[:environments]],
            log=str(log),
            **asdict(terms),
        )
        with Peak(servers.watch) as peak:
            answer = _storm(order)
    outcomes = [Outcome(*fields) for fields in answer["outcomes"]]
    return _judge(
        outcomes,
        servers.titles(contender),
        contender=name,
        environments=environments,
        requests=environments * terms.requests,
        peak=peak.most,
        wall=answer["seconds"],
        load=load,
    )


def _storm(order: Order) -> dict[str, Any]:
    """Have a fresh process import the contender and fork, and end it and its environments whatever happens."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "storm_environments.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": SOURCE},
        process_group=0,
    )
    try:
        answer, _ = process.communicate(json.dumps(asdict(order)), timeout=order.bound + 120)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise SystemExit(f"{order.contender} came to nothing; the end of what it said:\n{_end_of(Path(order.log))}")
    told: dict[str, Any] = json.loads(answer)
    return told


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2_000:] if log.exists() else ""


def _judge(outcomes: list[Outcome], rows: list[str], *, requests: int, **known: Any) -> Result:
    good = sorted(outcome.seconds for outcome in outcomes if not outcome.why)
    acknowledged = [outcome.title for outcome in outcomes if outcome.is_write and 200 <= outcome.status < 300]
    reasons = collections.Counter(outcome.why for outcome in outcomes if outcome.why)
    if missing := requests - len(outcomes):
        reasons["the environment had died, or was not through in time"] = missing
    return Result(
        requests=requests,
        failed=requests - len(good),
        p50=good[len(good) // 2] if good else None,
        p99=good[len(good) * 99 // 100] if good else None,
        acknowledged=len(acknowledged),
        stored=len(rows),
        lost=len(set(acknowledged) - set(rows)),
        unacknowledged=len(set(rows) - set(acknowledged)),
        reasons=dict(reasons.most_common()),
        **known,
    )
