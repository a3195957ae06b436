"""The name of the database leads elsewhere, as after a failover: in a private copy of this machine's table of names."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql import TcpServer, ask, tcp_server

NAME = "database.todo.test"
# Answers each line with the server on which it stored a row.
PROGRAM = """
import sys
from sqlalchemy import make_url, text
from todo.database import build_database
database = build_database(make_url(sys.argv[1]), {policy!r})
def add(session):
    session.execute(text("INSERT INTO things VALUES (1)"))
    return session.scalar(text("SELECT host(inet_server_addr())"))
for _ in sys.stdin:
    print(database.write(add), flush=True)
"""


@pytest.fixture
def servers() -> Iterator[tuple[TcpServer, TcpServer]]:
    """Two on one port, of two addresses."""
    with tcp_server() as first, tcp_server() as second:
        second.stop()
        second.port = first.port
        second.start("", "127.0.0.2")
        for host in ("127.0.0.1", "127.0.0.2"):
            ask(first.url.set(host=host), "CREATE TABLE things (n integer)")
        yield first, second


def may_unshare() -> bool:
    unshare = shutil.which("unshare")
    if unshare is None:
        return False
    return subprocess.run([unshare, "--mount", "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not may_unshare(), reason="needs the right to make a mount namespace, as root has it")
def test_a_name_that_leads_elsewhere_is_looked_up_anew(
    servers: tuple[TcpServer, TcpServer], policy: str, tmp_path: Path
) -> None:
    first, _ = servers
    names = tmp_path / "hosts"
    names.write_text(f"127.0.0.1 {NAME}\n")
    url = first.url.set(host=NAME).render_as_string(hide_password=False)
    shell = 'mount --bind "$1" /etc/hosts && exec "$2" -c "$3" "$4"'
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", shell, "sh", names, sys.executable, PROGRAM.format(policy=policy), url],  # noqa: S607 - as found
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def add() -> str:
        assert process.stdin
        assert process.stdout
        process.stdin.write("add\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    try:
        assert add() == "127.0.0.1"
        first.stop()
        names.write_text(f"127.0.0.2 {NAME}\n")  # in its place: the file that is mounted stays the same
        assert add() == "127.0.0.2"
        assert ask(first.url.set(host="127.0.0.2"), "SELECT count(*) FROM things") == [(1,)]
    finally:
        process.kill()
        process.communicate(timeout=10)
