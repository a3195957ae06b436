"""The processes of the benchmark: started, asked, looked at in /proc, and always ended, each by its own id."""

import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sockets_contenders import Site
from sockets_handshake import Order

HERE = Path(__file__).parent
SOURCE = str(HERE.parent / "src")
HOST = "127.0.0.1"

# Besides the sockets: the database, logs, what asks for tickets.
SPARE_FILES = 300
_START_SECONDS = 60.0
_END_SECONDS = 15.0


def allow_files(sockets: int) -> None:
    """Raise the limit of open files, which started processes inherit. Ends the program where it is too low."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < sockets + SPARE_FILES:
        raise SystemExit(
            f"One process may open {hard:,} files here, and {sockets:,} sockets need {sockets + SPARE_FILES:,}. "
            f"Raise the hard limit (ulimit -Hn; LimitNOFILE= of systemd; --ulimit nofile= of Docker), "
            f"or measure fewer: --sockets {max(hard - SPARE_FILES, 1)}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Clients:
    """One process of sockets_clients.py."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "sockets_clients.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._watchdog = threading.Timer(order.seconds, self._process.kill)
        self._watchdog.start()

    def tell(self, command: dict[str, Any]) -> None:
        """Send a command, whose answer is read later."""
        assert self._process.stdin is not None  # noqa: S101 - for the type
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next answer. Ends the program where the process has ended."""
        assert self._process.stdout is not None  # noqa: S101 - for the type
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a process of clients ended, or was not through in time")
        told: dict[str, Any] = json.loads(line)
        return told

    def connect(self) -> None:
        """Begin; the answer comes when all are subscribed."""
        self.tell(asdict(self.order))

    def stop(self) -> None:
        """End it, and with it its sockets."""
        self._watchdog.cancel()
        end(self._process)


class Server:
    """One process of sockets_server.py, and what it costs."""

    def __init__(self, process: subprocess.Popen[bytes], site: Site) -> None:
        self.process = process
        self.site = site

    def memory(self) -> dict[str, int]:
        """Bytes, by what the kernel calls them: VmRSS, VmHWM (the most since the last `forget_peak`), Pss."""
        folder = Path(f"/proc/{self.process.pid}")
        lines = (folder / "status").read_text() + (folder / "smaps_rollup").read_text()
        found = re.findall(r"^(VmRSS|VmHWM|Pss):\s+(\d+) kB", lines, re.MULTILINE)
        return {name: int(size) * 1024 for name, size in found}

    def forget_peak(self) -> None:
        """Count VmHWM from now on."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu(self) -> float:
        """Seconds that it ran so far, all threads, in the kernel, too."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)


@contextmanager
def server(name: str, token: str, folder: Path, *, profile: bool) -> Iterator[Server]:
    """Start a contender's server, whose files are in `folder`, and end it."""
    log = folder / "log"
    environment = os.environ | {
        "PYTHONPATH": SOURCE,
        "SOCKETS_TOKEN": token,
        "TODO_LOG_LEVEL": "WARNING",
        "SOCKETS_PROFILE": "1" if profile else "",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "sockets_server.py"), name, str(folder)],
            env=environment,
            stdin=subprocess.PIPE,  # never written to: its end is how the server learns that nobody is left
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, _site(process, log))
    finally:
        end(process)


def end(process: "subprocess.Popen[Any]") -> None:
    """End a process, kindly at first."""
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _site(process: subprocess.Popen[bytes], log: Path) -> Site:
    """Where it serves, as soon as it says so."""
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        text = log.read_text(errors="replace")
        if found := re.search(rf"http://{re.escape(HOST)}:(\d+)(?: ws://{re.escape(HOST)}:(\d+))?\s", text):
            return Site(HOST, int(found[1]), int(found[2] or found[1]))
        time.sleep(0.05)
    raise SystemExit(f"a server did not start; the end of what it said:\n{log.read_text(errors='replace')[-2_000:]}")
