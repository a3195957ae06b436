"""The servers of the storm: a PostgreSQL of 40 connections, and a PgBouncer in front of it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from storm_contenders import Contender
from storm_peer import SCHEMA
from storm_people import Person, strangers
from storm_pgbouncer import pgbouncer

HERE = Path(__file__).parent
SOURCE = str(HERE.parent / "src")
sys.path.append(str(HERE.parent / "tests"))

from postgresql import TcpServer, tcp_server  # noqa: E402 - tests/ is no package

# Three connections are reserved, as PostgreSQL does unless told otherwise: the one that watches, and two more.
MOST_CONNECTIONS = 40
ORDINARY_CONNECTIONS = 37
_OPTIONS = f"-c max_connections={MOST_CONNECTIONS} -c superuser_reserved_connections=2"

_DATABASE = "storm"


class Servers:
    """One server, on which each run gets a database as it was before the storm.

    This service and its peers have a role each, since this service gives its own time-outs.
    """

    def __init__(self, server: TcpServer, people: int) -> None:
        self._port = server.port
        self.watch = psycopg.connect(f"postgresql://postgres@127.0.0.1:{server.port}/postgres", autocommit=True)
        for name in ("ours", "peers"):
            self._do(f"CREATE ROLE {name} LOGIN")
            self._do(f"CREATE DATABASE {name} OWNER {name}")
        self.people = {True: self._sign_up(people), False: strangers(people)}
        with psycopg.connect(self._address("peers", "peers"), autocommit=True) as connection:
            connection.execute(SCHEMA)

    @property
    def version(self) -> str:
        """Of PostgreSQL."""
        number = self.watch.info.server_version
        return f"{number // 10_000}.{number % 10_000}"

    @contextmanager
    def fresh(self, contender: Contender) -> Iterator[str]:
        """The address of a database for one run, which nobody is connected to."""
        role = _role(contender)
        self._do(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        self._do(f"CREATE DATABASE {_DATABASE} OWNER {role} TEMPLATE {role}")
        self._do("CHECKPOINT")  # not in the middle of the storm
        if contender.through_pgbouncer:
            with pgbouncer(self._port, _DATABASE, role) as port:
                yield f"postgresql://{role}@127.0.0.1:{port}/{_DATABASE}"
        else:
            yield self._address(role, _DATABASE)

    def titles(self, contender: Contender) -> list[str]:
        """The titles of the tasks that are stored, once everybody has gone."""
        give_up = time.monotonic() + 30
        while self.watch.execute("SELECT 1 FROM pg_stat_activity WHERE usename IN ('ours', 'peers')").fetchone():
            if time.monotonic() > give_up:
                raise SystemExit("connections are left that nobody holds any more")
            time.sleep(0.05)
        with psycopg.connect(self._address(_role(contender), _DATABASE)) as connection:
            return [title for (title,) in connection.execute("SELECT title FROM tasks")]

    def _do(self, statement: str) -> None:
        self.watch.execute(statement.encode())

    def _address(self, role: str, database: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self._port}/{database}"

    def _sign_up(self, count: int) -> list[Person]:
        done = subprocess.run(
            [sys.executable, str(HERE / "storm_people.py"), str(count)],
            env=os.environ | {"TODO_DATABASE_URL": self._address("ours", "ours"), "PYTHONPATH": SOURCE},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return [Person(*fields) for fields in json.loads(done.stdout.splitlines()[-1])]


@contextmanager
def servers(people: int) -> Iterator[Servers]:
    """Start PostgreSQL, with so many people in it, and stop it."""
    with tcp_server(_OPTIONS) as server:
        yield Servers(server, people)


def _role(contender: Contender) -> str:
    return "ours" if contender.is_ours else "peers"
