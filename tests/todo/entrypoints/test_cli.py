"""The command line, as a person meets it: in a process of its own."""

import http.client
import json
import os
import pty
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from clients import PASSWORD
from postgresql import TcpServer, free_port, tcp_server, until
from sqlalchemy import create_engine, make_url, text

from todo.database import build_database
from todo.entrypoints import cli
from todo.services import jobs
from todo.services.jobs import Claimed, NewJob

TODO = [sys.executable, "-m", "todo.entrypoints.cli"]


@pytest.fixture(scope="module")
def server() -> Iterator[TcpServer]:
    with tcp_server(authentication="password") as running:
        yield running


def environment(**settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **settings}


def todo(*arguments: str, cwd: Path, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*TODO, *arguments],
        cwd=cwd,
        env=environment(**settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def failed(*arguments: str, cwd: Path, typed: str = "", **settings: str) -> str:
    done = todo(*arguments, cwd=cwd, typed=typed, **settings)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.startswith("todo: ")
    return done.stderr


def failed_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The same without a process, where none is needed."""
    try:
        status: object = cli.main(list(arguments))
    except SystemExit as error:
        status = error.code
    assert status in (1, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    return shown.err


class Served:
    """`todo serve`, with what it printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout
        self.greeting = ""
        while "/docs" not in self.greeting:
            line = process.stdout.readline()
            assert line, f"it ended: {self.greeting}"
            self.greeting += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.greeting)
        assert found
        self.port = int(found[1])

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, json.loads(content) if content else None


@contextmanager
def served(cwd: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    with (cwd / "log").open("w") as log:
        process = subprocess.Popen(
            [*TODO, "serve", "--port", "0", *arguments],
            cwd=cwd,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Served(process)
        finally:
            process.kill()
            process.wait(10)
            if process.stdout:
                process.stdout.close()


# -- serve ------------------------------------------------------------------------------------------------------------


def test_serve_prints_where_it_listens_where_the_data_lies_and_where_to_read_on(tmp_path: Path) -> None:
    with served(tmp_path) as running:
        assert "var/todo.db" in running.greeting
        assert (tmp_path / "var" / "todo.db").exists()
        page, docs = re.findall(r"http://\S+", running.greeting)
        assert (page, docs) == (f"http://127.0.0.1:{running.port}", f"{page}/docs")
        for address in (page, docs):
            with urlopen(address) as reply:  # noqa: S310 - its own, over http
                assert reply.status == 200
                assert reply.headers["Content-Type"].startswith("text/html")
        assert running.ask("GET", "/health")[0] == 200


def test_serve_writes_one_line_a_request_with_the_route_and_without_the_path(tmp_path: Path) -> None:
    with served(tmp_path) as running:
        running.ask("GET", "/v1/lists/0192d3a4-0000-7000-8000-000000000000?q=hunter2", token="hunter2")
        log = tmp_path / "log"
        until(lambda: "GET" in log.read_text(), "a line")
        (line,) = log.read_text().splitlines()
        assert re.fullmatch(r"\d\d:\d\d:\d\d 401 GET /v1/lists/\{list_id\} [\d.]+ ms [0-9a-f-]{36}", line)


def test_serve_names_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = failed("serve", "--port", str(port), cwd=tmp_path)
    assert f"Port {port} is taken" in told
    assert "--port" in told


@pytest.mark.parametrize("port", ["70000", "-1", "http"])
def test_serve_names_what_a_port_is(capsys: pytest.CaptureFixture[str], port: str) -> None:
    assert "0 to 65535" in failed_here(capsys, "serve", f"--port={port}")


def test_serve_names_a_host_that_is_not_this_machine(tmp_path: Path) -> None:
    assert "Cannot listen on" in failed("serve", "--port", "0", "--host", "192.0.2.1", cwd=tmp_path)
    assert "Cannot listen on" in failed("serve", "--port", "0", "--host", "no such host", cwd=tmp_path)


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_serve_names_a_data_folder_that_cannot_be_used(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    for command in (("serve", "--port", "0"), ("migrate",)):
        told = failed(*command, "--data", folder, cwd=tmp_path)
        assert f"Cannot keep data in {folder}: it is not a folder" in told
        assert "--data" in told


def test_two_servers_on_one_file_are_one_too_many(tmp_path: Path) -> None:
    with served(tmp_path):
        told = failed("serve", "--port", "0", cwd=tmp_path)
    assert "Another server uses var/todo.db" in told
    assert "--data" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_well_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as running:
        idle = socket.create_connection(("127.0.0.1", running.port))
        running.process.send_signal(number)
        assert running.process.wait(10) == 0
        idle.close()
    assert (tmp_path / "log").read_text() == ""


def test_serve_lets_a_running_request_finish(tmp_path: Path, server: TcpServer) -> None:
    url = server.url.render_as_string(hide_password=False)
    engine = create_engine(server.url.set(drivername="postgresql+psycopg"))
    with served(tmp_path, TODO_DATABASE_URL=url) as running:
        status, made = running.ask("POST", "/v1/accounts", {"email": "ann@example.org", "password": PASSWORD})
        assert status == 201
        token = made["token"]["secret"]
        answers: list[tuple[int, object]] = []
        with engine.begin() as holder:
            # The request waits for this lock; the signal comes meanwhile.
            holder.execute(text("SELECT 1 FROM scopes FOR UPDATE"))
            asking = threading.Thread(
                target=lambda: answers.append(running.ask("POST", "/v1/lists", {"title": "Late"}, token))
            )
            asking.start()
            waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

            def waits() -> bool:
                with engine.connect() as other:
                    return bool(other.scalar(waiting))

            until(waits, "the request's wait for the lock")
            running.process.send_signal(signal.SIGTERM)

            def listens_no_more() -> bool:
                with suppress(OSError), socket.create_connection(("127.0.0.1", running.port), 1):
                    return False
                return True

            until(listens_no_more, "the end of listening")
        asking.join(20)
        assert [status for status, _ in answers] == [201]
        assert running.process.wait(10) == 0
    engine.dispose()


# -- the database -----------------------------------------------------------------------------------------------------


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    told = failed(
        "migrate", cwd=tmp_path, TODO_DATABASE_URL=f"postgresql://ann:hunter2@127.0.0.1:{port}/x?password=hunter3"
    )
    assert f"ann:***@127.0.0.1:{port}/x" in told
    assert "refused" in told
    assert "Check that PostgreSQL runs there" in told
    assert "hunter" not in told


@pytest.mark.parametrize(
    ("part", "value", "advice"),
    [
        ("password", "hunter2", "Check the user and the password"),
        ("username", "nobody", "Check the user and the password"),
        ("database", "absent", "createdb absent"),
    ],
)
def test_a_wrong_part_of_the_address_is_named(
    tmp_path: Path, server: TcpServer, part: str, value: str, advice: str
) -> None:
    url = server.url.set(**{part: value}).render_as_string(hide_password=False)  # type: ignore[arg-type]
    told = failed("migrate", cwd=tmp_path, TODO_DATABASE_URL=url)
    assert advice in told
    for password in ("hunter2", "pass/word", "pass%2Fword"):
        assert password not in told


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "todo.db").write_bytes(b"\xff" * 8192)
    told = failed("migrate", "--data", ".", cwd=tmp_path)
    assert "file is not a database" in told


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("TODO_DATABASE_URL", "hunter2", "postgresql://user:password@host:5432/database"),
        ("TODO_DATABASE_URL", "sqlite://", "SQLite needs a file"),
        ("TODO_DATABASE_CONNECTIONS", "hunter2", "invocation, proxy, server"),
        ("TODO_SIGN_UP", "hunter2", "open, invite, closed"),
        ("TODO_PUBLIC_URL", "hunter2", "https://todo.example.org"),
        ("TODO_LOG_LEVEL", "hunter2", "DEBUG, INFO"),
        ("TODO_DATABASE_SECRET_ARN", "hunter2", ""),
    ],
)
def test_a_bad_setting_is_named_with_the_shape_of_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, shape: str
) -> None:
    monkeypatch.setenv(name, value)
    told = failed_here(capsys, "migrate")
    assert shape in told
    assert name in told or "SQLite" in told or "secret" in told.lower()
    assert "hunter2" not in told or name == "TODO_DATABASE_SECRET_ARN"


def test_migrate_says_what_it_did(tmp_path: Path) -> None:
    assert todo("migrate", cwd=tmp_path).stdout == "Migrated from nothing to 0008.\n"
    assert todo("migrate", cwd=tmp_path).stdout == "The database is at revision 0008.\n"


# -- users and tokens -------------------------------------------------------------------------------------------------


def test_a_user_a_token_and_an_invite_are_made_and_work(tmp_path: Path) -> None:
    made = todo("user", "create", "ann@example.org", "--password-stdin", cwd=tmp_path, typed=f"{PASSWORD}\n")
    assert made.returncode == 0
    assert "ann@example.org" in made.stdout
    token = todo("token", "create", "Ann@example.org", cwd=tmp_path).stdout.strip()
    invite = todo("user", "invite", cwd=tmp_path).stdout.strip()
    with served(tmp_path, TODO_SIGN_UP="invite") as running:
        assert running.ask("GET", "/v1/lists", token=token)[0] == 200
        new = {"email": "bob@example.org", "password": PASSWORD}
        assert running.ask("POST", "/v1/accounts", new)[0] == 403
        assert running.ask("POST", "/v1/accounts", {**new, "invite": invite})[0] == 201
        assert running.ask("POST", "/v1/sessions", {"email": "ann@example.org", "password": PASSWORD})[0] == 201


def test_a_password_that_was_forgotten_is_set_with_what_the_command_prints(tmp_path: Path) -> None:
    todo("user", "create", "ann@example.org", "--password-stdin", cwd=tmp_path, typed=f"{PASSWORD}\n")
    printed = todo("user", "reset-password", "Ann@example.org", cwd=tmp_path)
    secret = printed.stdout.strip()
    assert re.fullmatch(r"todoreset_[\w-]{43}", secret)
    assert "PUT /v1/password-resets" in printed.stderr
    linked = todo("user", "reset-password", "ann@example.org", cwd=tmp_path, TODO_PUBLIC_URL="https://todo.example.org")
    assert re.fullmatch(r"https://todo\.example\.org/reset-password#secret=todoreset_[\w-]{43}\n", linked.stdout)
    with served(tmp_path) as running:
        new = {"email": "ann@example.org", "password": "a staple of another kind"}
        assert running.ask("POST", "/v1/sessions", new)[0] == 401
        given = {"secret": secret, "password": new["password"]}
        assert [running.ask("PUT", "/v1/password-resets", given)[0] for _ in "12"] == [204, 404]
        assert running.ask("POST", "/v1/sessions", new)[0] == 201


def test_a_password_of_an_unknown_address_is_not_reset(tmp_path: Path) -> None:
    told = failed("user", "reset-password", "nobody@example.org", cwd=tmp_path)
    assert told == "todo: There is no account with the address nobody@example.org.\n"


def test_what_is_wrong_with_a_new_user_is_named(tmp_path: Path) -> None:
    create = ("user", "create", "--password-stdin")
    told = failed(*create, "no address", cwd=tmp_path, typed="short\n")
    assert "todo: email: " in told
    assert "todo: password: " in told
    zone = failed(*create, "ann@example.org", "--time-zone", "Mars/Base", cwd=tmp_path, typed=f"{PASSWORD}\n")
    assert "todo: --time-zone: " in zone
    assert todo(*create, "ann@example.org", cwd=tmp_path, typed=f"{PASSWORD}\n").returncode == 0
    again = failed(*create, "ANN@example.org", cwd=tmp_path, typed=f"{PASSWORD}\n")
    assert "address" in again
    assert PASSWORD not in again


def test_a_token_for_an_unknown_address_is_refused(tmp_path: Path) -> None:
    told = failed("token", "create", "nobody@example.org", cwd=tmp_path)
    assert told == "todo: There is no account with the address nobody@example.org.\n"


@pytest.mark.parametrize("days", ["0", "-3", "soon", "999999999"])
def test_days_are_a_number_of_days(capsys: pytest.CaptureFixture[str], days: str) -> None:
    for command in (("user", "invite"), ("token", "create", "ann@example.org")):
        assert "days from 1 to 3650" in failed_here(capsys, *command, f"--days={days}")


@pytest.mark.parametrize(("typed", "status"), [(b"\x03", 130), (b"\x04", 1)])
def test_leaving_a_prompt_is_no_accident(tmp_path: Path, typed: bytes, status: int) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*TODO, "user", "create", "ann@example.org"],
        cwd=tmp_path,
        env=environment(),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - nothing else runs in the child
    )
    os.close(terminal)
    shown = b""
    while b"Password: " not in shown:
        shown += os.read(controller, 1000)
    os.write(controller, typed)
    with suppress(OSError):  # the other end is closed when the process ends
        while select.select([controller], [], [], 20)[0]:
            shown += os.read(controller, 1000)
    os.close(controller)
    assert process.wait(20) == status
    assert b"Traceback" not in shown
    assert b"todo: " in shown


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # What runs in the background of a shell ignores Ctrl-C, and hands that on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_without_a_command_it_prints_what_there_is(tmp_path: Path) -> None:
    shown = todo(cwd=tmp_path)
    assert shown.returncode == 0
    for name in ("serve", "migrate", "user", "token", "openapi"):
        assert name in shown.stdout
    assert "create" in todo("user", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


def test_openapi_is_json_and_asks_for_no_database(tmp_path: Path) -> None:
    document = json.loads(todo("openapi", cwd=tmp_path, TODO_DATABASE_URL="nonsense").stdout)
    assert document["openapi"].startswith("3.1")
    assert "/v1/lists" in document["paths"]
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_enough_is_no_accident(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*TODO, "openapi"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(20) == 0


# -- jobs --------------------------------------------------------------------------------------------------------------


def test_jobs_that_were_given_up_are_listed_and_tried_anew(tmp_path: Path) -> None:
    assert todo("jobs", "list", cwd=tmp_path).stderr == "No job was given up.\n"
    now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    database = build_database(make_url(f"sqlite:///{tmp_path}/var/todo.db"), "server")
    (job_id,) = database.write(jobs.enqueue, now, [NewJob("email", {})])
    claimed = database.write(jobs.claim, job_id, now)
    assert isinstance(claimed, Claimed)
    database.write(jobs.fail, claimed, now, "no such address", for_good=True)
    database.close()
    listed = todo("jobs", "list", cwd=tmp_path).stdout
    assert listed == f"{job_id}  email  2026-11-24 06:00 UTC  after 1 attempts: no such address\n"
    assert todo("jobs", "retry", cwd=tmp_path).stdout.startswith("1 jobs will be tried anew")
    assert todo("jobs", "retry", cwd=tmp_path).stdout.startswith("0 jobs will be tried anew")
    assert todo("jobs", "list", cwd=tmp_path).stdout == ""


def make_due(folder: Path) -> None:
    """Let every reminder have come while nobody served."""
    with closing(sqlite3.connect(folder / "var" / "todo.db")) as connection, connection:
        connection.execute("UPDATE reminders SET remind_at = '2026-01-01 00:00:00'")


def test_a_reminder_outlives_a_killed_server_and_is_one_mail_in_the_outbox(tmp_path: Path) -> None:
    with served(tmp_path) as running:
        account = {"email": "ann@example.org", "password": PASSWORD, "language": "es"}
        token = running.ask("POST", "/v1/accounts", account)[1]["token"]["secret"]
        home = running.ask("POST", "/v1/lists", {"title": "Casa"}, token=token)[1]
        task = {"title": "Pagar el alquiler", "reminders": [{"at": "2999-01-01T00:00:00Z"}]}
        assert running.ask("POST", f"{home['url']}/tasks", task, token=token)[0] == 201
        running.process.kill()
        running.process.wait(10)
    make_due(tmp_path)
    outbox = tmp_path / "var" / "outbox"
    for _ in range(2):
        with served(tmp_path):
            until(lambda: any(outbox.glob("*.eml")), "the mail")
    (file,) = outbox.glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert (mail["To"], mail["Subject"]) == ("ann@example.org", "Recordatorio: Pagar el alquiler")
    assert "ann@example.org" not in (tmp_path / "log").read_text()
