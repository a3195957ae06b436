"""PgBouncer in transaction mode, as Debian packages it: all else is as it is unless told otherwise."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))

from postgresql import free_port  # noqa: E402 - tests/ is no package

POOL_SIZE = 20

# Debian installs it where only root looks.
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])


def version() -> str | None:
    """The version of the program, None where it is missing."""
    if (program := shutil.which("pgbouncer", path=_PATH)) is None:
        return None
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return told.splitlines()[0].removeprefix("PgBouncer ")


@contextmanager
def pgbouncer(postgresql: int, database: str, role: str) -> Iterator[int]:
    """The port of one in front of a database of the server at the port `postgresql`."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{role}" ""\n')
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": folder / "users",
        "pool_mode": "transaction",
        "default_pool_size": POOL_SIZE,
        "max_client_conn": 2_000,
    }
    (folder / "ini").write_text(
        f"[databases]\n{database} = host=127.0.0.1 port={postgresql}\n[pgbouncer]\n"
        + "".join(f"{name} = {value}\n" for name, value in settings.items())
    )
    # It refuses root. Not in the terminal's process group: it has to outlive the contenders on Ctrl-C.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [shutil.which("pgbouncer", path=_PATH) or "pgbouncer", *user, str(folder / "ini")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        )
    try:
        _await(process, port, folder / "log")
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"PgBouncer does not start:\n{log.read_text()}")
