"""What a request costs on Lambda before any work is done: this bridge and its peers, in one run.

    make bench-bridge                            the table; OPTIONS="--seconds 2 --json FILE" for more
    make bench-bridge OPTIONS=--profile          where the time of this bridge goes

Each contender runs in a process of its own, as on Lambda, and is handed events of an HTTP API (payload format 2.0) one
by one. The processes take turns, a batch each, so that whatever slows this machine down slows all of them; a ratio is
the median of the ratios of the batches of one turn. Garbage is collected and imports are compiled, as they are there.
"""

import argparse
import collections
import datetime as dt
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import IO, Any, cast

from bridge_contenders import CONTENDERS, HELLO, Context, times
from http_event import event

HERE = Path(__file__).parent
SOURCE = HERE.parent / "src"
sys.path[:0] = [str(SOURCE)]

OURS = next(iter(CONTENDERS))
BATCH = 100
WARM_UP = 300

# 2 KB, as an API gets them: names, texts, numbers, a list.
DOCUMENT = {
    "title": "Minutes of the meeting",
    "done": False,
    "priority": 3,
    "people": [{"name": f"Person {number}", "email": f"person.{number}@example.org"} for number in range(20)],
    "text": "Whatever was said, in the order in which it was said. " * 15,
}


TASKS = {
    "hello": ("GET, 12 bytes of text back", json.dumps(event("GET", "/"))),
    "echo": ("POST, 2 KB of JSON parsed and sent back", json.dumps(event("POST", "/echo", json.dumps(DOCUMENT)))),
}


# --- The table --------------------------------------------------------------------------------------------------------


class Contender:
    """A process that runs one. `imported`: the seconds from a bare Python to a handler that can be called."""

    def __init__(self, name: str) -> None:
        self._name = name
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "bridge_contenders.py"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment | {"PYTHONPATH": str(SOURCE)},
        )
        self.imported: float = self._told()

    def run(self, task: str, count: int) -> list[int]:
        """The nanoseconds of each of `count` requests. All do the same, or there is nothing to compare."""
        order = cast("IO[str]", self._process.stdin)
        order.write(json.dumps([TASKS[task][1], count]) + "\n")
        order.flush()
        taken: list[int]
        taken, reply = self._told()
        right = reply["body"] == HELLO if task == "hello" else json.loads(reply["body"]) == DOCUMENT
        if reply["statusCode"] != 200 or not right or reply["isBase64Encoded"]:
            raise SystemExit(f"{self._name} answers {task} with {reply}")
        return taken

    def end(self) -> None:
        self._process.communicate()

    def _told(self) -> Any:
        line = cast("IO[str]", self._process.stdout).readline()
        if not line:
            raise SystemExit("A contender ended; what it said is above.")
        return json.loads(line)


def import_times(rounds: int) -> dict[str, list[float]]:
    """Contender -> the seconds that its imports took, each time in a fresh process."""
    found: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    for turn in range(rounds + 1):
        for name, taken in found.items():
            contender = Contender(name)
            contender.end()
            if turn > 0:  # the first one compiled, and filled the disk cache
                taken.append(contender.imported)
    return found


def request_times(seconds: float) -> dict[str, dict[str, list[list[int]]]]:
    """Task -> contender -> the nanoseconds of its requests, batch by batch."""
    found: dict[str, dict[str, list[list[int]]]] = {task: {name: [] for name in CONTENDERS} for task in TASKS}
    contenders = {name: Contender(name) for name in CONTENDERS}
    for task, batches in found.items():
        for contender in contenders.values():
            contender.run(task, WARM_UP)
        stop = time.monotonic() + seconds * len(CONTENDERS)
        while time.monotonic() < stop:
            for name, contender in contenders.items():
                batches[name].append(contender.run(task, BATCH))
    for contender in contenders.values():
        contender.end()
    return found


def summary(batches: dict[str, list[list[int]]]) -> dict[str, dict[str, float]]:
    medians = {name: [statistics.median(batch) for batch in taken] for name, taken in batches.items()}
    rows = {}
    for name, taken in batches.items():
        every = sorted(time for batch in taken for time in batch)
        ratios = [theirs / ours for theirs, ours in zip(medians[name], medians[OURS], strict=True)]
        rows[name] = {
            "requests": len(every),
            "median_us": statistics.median(every) / 1000,
            "p99_us": every[len(every) * 99 // 100] / 1000,
            "ratio_to_ours": statistics.median(ratios),
        }
    return rows


def compare(seconds: float, rounds: int) -> dict[str, Any]:
    imports = import_times(rounds)
    ours = statistics.median(imports[OURS])
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {name: {package: version(package) for package in CONTENDERS[name][1]} for name in CONTENDERS},
        "requests": {task: summary(batches) for task, batches in request_times(seconds).items()},
        "imports": {
            name: {
                "median_ms": 1000 * statistics.median(taken),
                "ratio_to_ours": statistics.median(taken) / ours,
            }
            for name, taken in imports.items()
        },
    }


def show(report: dict[str, Any]) -> None:
    print(f"Python {report['python']}, {report['machine']}, {report['date']}\n")
    for name, packages in report["versions"].items():
        print(f"  {name:28}{', '.join(f'{package} {number}' for package, number in packages.items())}")
    for task, rows in report["requests"].items():
        print(f"\n{TASKS[task][0]:40}{'median us':>11}{'p99 us':>9}{'to ours':>9}{'requests':>10}")
        for name, row in rows.items():
            print(
                f"  {name:38}{row['median_us']:11.1f}{row['p99_us']:9.1f}"
                f"{row['ratio_to_ours']:9.2f}{row['requests']:10,}"
            )
    print(f"\n{'Import and build, in a fresh process':40}{'median ms':>11}{'':9}{'to ours':>9}")
    for name, row in report["imports"].items():
        print(f"  {name:38}{row['median_ms']:11.1f}{'':9}{row['ratio_to_ours']:9.2f}")


def markdown(report: dict[str, Any]) -> None:
    """The table of docs/tornado-lambda.md."""
    hello, echo = (report["requests"][task] for task in ("hello", "echo"))
    print("| | GET, text | | POST, 2 KB of JSON | | import and build |\n|---|--:|--:|--:|--:|--:|")
    for name, taken in report["imports"].items():
        packages = ", ".join(f"{package} {number}" for package, number in report["versions"][name].items())
        cells = [f"{name} ({packages})"]
        for row in (hello[name], echo[name]):
            cells += [f"{row['median_us']:.0f} µs", f"{row['ratio_to_ours']:.2f}"]
        print("|", " | ".join([*cells, f"{taken['median_ms']:.0f} ms"]), "|")


# --- The profile ------------------------------------------------------------------------------------------------------

PARTS = {
    "/mangum/": "Mangum",
    "/tornado_lambda/": "the bridge",
    "/tornado/": "Tornado",
    "/asyncio/": "asyncio",
    "/bridge_contenders.py": "the handler",
}


class Sampler:
    """Looks once a millisecond at what runs. The nearest caller that belongs to one of PARTS has the sample."""

    def __init__(self) -> None:
        self.parts: collections.Counter[str] = collections.Counter()
        self.functions: collections.Counter[tuple[str, str]] = collections.Counter()

    def look(self, _signal: int, frame: FrameType | None) -> None:
        while frame is not None:
            for mark, part in PARTS.items():
                if mark in frame.f_code.co_filename:
                    self.parts[part] += 1
                    self.functions[part, frame.f_code.co_qualname] += 1
                    return
            frame = frame.f_back
        self.parts["this benchmark"] += 1


def profile(seconds: float) -> None:
    handler = CONTENDERS[OURS][0]()
    context = Context()
    for task, (title, text) in TASKS.items():
        list(times(handler, text, WARM_UP))
        sampler = Sampler()
        taken: list[int] = []
        stop = time.monotonic() + seconds
        signal.signal(signal.SIGALRM, sampler.look)
        while time.monotonic() < stop:
            requests = [json.loads(text) for _ in range(BATCH)]
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            started = time.process_time_ns()
            for request in requests:
                handler(request, context)
            spent = time.process_time_ns() - started
            signal.setitimer(signal.ITIMER_REAL, 0)
            taken.append(spent // BATCH)
        del sampler.parts["this benchmark"]
        each = statistics.median(taken) / 1000
        total = sampler.parts.total()
        print(f"\n{task}: {title}: {each:.0f} us of processor time, {total:,} samples")
        for part, count in sampler.parts.most_common():
            print(f"  {part:16}{100 * count / total:6.1f} %{each * count / total:8.1f} us")
        print("  of which most in")
        for (part, function), count in sampler.functions.most_common(15):
            name = re.sub(r".*<locals>\.", "", function)
            print(f"    {part:14}{name:50}{each * count / total:6.1f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3, help="for each contender and task (3)")
    parser.add_argument("--rounds", type=int, default=10, help="how often each is imported (10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--markdown", action="store_true", help="print the table as the documentation has it")
    parser.add_argument("--profile", action="store_true", help="where the time of this bridge goes")
    options = parser.parse_args()
    if options.profile:
        profile(options.seconds)
    else:
        report = compare(options.seconds, options.rounds)
        markdown(report) if options.markdown else show(report)
        if options.json:
            options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
