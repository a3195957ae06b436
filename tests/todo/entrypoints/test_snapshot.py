"""SnapStart: every environment begins as a copy of one that had started, as AWS's own runtime client has it."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients import event_of
from lambda_runtime import LambdaRuntime
from loopback import Answering, answering
from moto_server import MotoServer
from postgresql import ask, new_database
from sqlalchemy import URL, make_url

from todo.database import build_database
from todo.migrations.run import migrate

PASSWORD = "pass-of-the-database"
ROLE = {
    "AccessKeyId": "AKIDROLE",
    "SecretAccessKey": "secret-access-key-of-the-role",
    "Token": "session-token-of-the-role",
    "Expiration": "2099-11-23T16:00:00Z",
}
# One that uses the database while it starts, as a function does that wants its first request to be quick.
PRIMED = """
from todo.entrypoints.http import database, handler
from sqlalchemy import text
starting = database.invocation()
starting.__enter__()
database.read(lambda session: session.execute(text("SELECT 1")))
"""


@pytest.fixture
def url(postgresql_server: str) -> URL:
    made = new_database(postgresql_server)
    database = build_database(made, "server")
    migrate(database.engine)
    database.close()
    return made.set(password=PASSWORD).update_query_dict({"application_name": f"todo {uuid.uuid4()}"})


@pytest.fixture
def role() -> Iterator[Answering]:
    """Where Lambda has the role's credentials under SnapStart."""
    with answering() as server:
        server.answer = json.dumps(ROLE).encode()
        yield server


def environment(url: URL, moto: MotoServer, role: Answering, policy: str = "proxy") -> dict[str, str]:
    secret = {"url": url.render_as_string(hide_password=False)}
    return {
        "TODO_DATABASE_SECRET_ARN": moto.put_secret(f"todo-{uuid.uuid4()}", json.dumps(secret)),
        "TODO_DATABASE_CONNECTIONS": policy,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{role.url}/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token-of-the-container",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def connections(url: URL) -> object:
    name = url.query["application_name"]
    return ask(
        make_url(url).set(query={key: value for key, value in url.query.items() if key != "application_name"}),
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s",
        name,
    )[0][0]


def memory_of(process: int) -> Iterator[bytes]:
    """Every part of a process's memory that can be read."""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r.* (\S*)$", line)
            if found and found[3] not in ("[vvar]", "[vsyscall]"):
                start, end = int(found[1], 16), int(found[2], 16)
                try:
                    memory.seek(start)
                    yield memory.read(end - start)
                except (OSError, ValueError):
                    continue


def test_a_snapshot_holds_no_secret_and_no_connection_and_its_first_request_works(
    url: URL, moto: MotoServer, role: Answering
) -> None:
    found: list[str] = []
    known: list[bool] = []

    def look(process: int) -> None:
        secrets = [PASSWORD, ROLE["SecretAccessKey"], ROLE["Token"]]
        for part in memory_of(process):
            found.extend(secret for secret in secrets if secret.encode() in part)
            known.append(b"TODO_DATABASE_SECRET_ARN" in part)
        sockets = [str(entry.readlink()) for entry in Path(f"/proc/{process}/fd").iterdir() if entry.exists()]
        found.extend(name for name in sockets if name.startswith("socket:") and name not in inherited(process))
        found.extend(["a connection"] * int(str(connections(url))))

    with LambdaRuntime("todo.entrypoints.http.handler", environment(url, moto, role), at_snapshot=look) as runtime:
        reply = runtime.invoke(event_of("GET", "/ready", [], b""))
        assert reply["statusCode"] == 200, reply
        assert any(known)  # the memory was really looked at
        assert found == []
        # By now there is what was looked for, and it would be found.
        assert connections(url) == 1
        assert any(PASSWORD.encode() in part for part in memory_of(runtime.process))
        assert role.received


def inherited(process: int) -> set[str]:
    """The sockets of a process that lead to the runtime's own API: loopback TCP, and none to a database or to AWS."""
    rows = [line.split() for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    runtime = re.search(rb"AWS_LAMBDA_RUNTIME_API=127\.0\.0\.1:(\d+)", Path(f"/proc/{process}/environ").read_bytes())
    assert runtime
    port = f"{int(runtime[1]):04X}"
    api = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(f":{port}")}
    # An event loop wakes itself through a pair of Unix sockets.
    unix = [line.split() for line in Path(f"/proc/{process}/net/unix").read_text().splitlines()[1:]]
    return api | {f"socket:[{row[6]}]" for row in unix if len(row) == 7}


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_what_was_opened_while_starting_is_closed_before_the_snapshot(
    url: URL, moto: MotoServer, role: Answering, policy: str, tmp_path: Path
) -> None:
    (tmp_path / "primed.py").write_text(PRIMED)
    variables = environment(url, moto, role, policy) | {"PYTHONPATH": str(tmp_path)}
    seen: list[object] = []

    def look(_process: int) -> None:
        seen.append(connections(url))

    with LambdaRuntime("primed.handler", variables, at_snapshot=look) as runtime:
        for _ in range(2):
            assert runtime.invoke(event_of("GET", "/ready", [], b""))["statusCode"] == 200
    assert seen == [0]


def test_environments_from_one_snapshot_choose_their_own_ids_secrets_and_pauses() -> None:
    # Forking copies the memory of a process, as a snapshot does, the state of every generator included.
    program = """
import os, random
import todo.entrypoints.http
from todo.clock import system_clock
from todo.database.backoff import full_jitter
from todo.models import uuid7
from todo.services.tokens import new_secret
now = system_clock()
state = random.getstate()
for _ in range(8):
    if os.fork() == 0:
        random.setstate(state)  # Python seeds this one anew after a fork, which a snapshot does not
        os.write(1, f"{uuid7(now)} {new_secret('token')} {full_jitter(5)}\\n".encode())
        os._exit(0)
    os.wait()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "TODO_DATABASE_URL": "postgresql://ann@127.0.0.1:1/todo"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == 8
    for chosen in zip(*lines, strict=True):
        assert len(set(chosen)) == 8
