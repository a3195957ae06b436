"""Thousands of idle WebSockets on one server process, and a change for all of them: this service and its peers.

    make bench-sockets OPTIONS="--sockets 15000"                     the whole table, into docs/benchmarks
    make bench-sockets OPTIONS="--sockets 500 --contenders ours"     the short form

Server and clients are processes on this machine, over loopback. Ends with a failure when a socket of this service did
not hear of a change, heard it twice, or was closed. Linux only: memory and CPU time are read in /proc.
"""

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sockets_report
from sockets_contenders import CONTENDERS
from sockets_processes import allow_files
from sockets_run import Result, Terms, run

DOCUMENTATION = Path(__file__).parent.parent / "docs" / "benchmarks"
SOCKETS = 15_000


def measure(names: list[str], terms: Terms, folder: Path) -> Iterator[Result]:
    """Run after run, told as they go."""
    print(sockets_report.HEADINGS)
    for name in names:
        result = run(name, terms, folder / name)
        print(sockets_report.line(result), flush=True)
        yield result


def surroundings(options: argparse.Namespace) -> dict[str, Any]:
    """What the numbers depend on."""
    packages = sorted({package for name in options.contenders for package in CONTENDERS[name].packages})
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "options": _measured(options),
    }


def publish(report: dict[str, Any], results: list[Result], terms: Terms, options: argparse.Namespace) -> None:
    """Write what was asked for."""
    if options.json:
        told = report | {"terms": asdict(terms), "results": [asdict(result) for result in results]}
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    is_whole = options.sockets == SOCKETS and set(options.contenders) == set(CONTENDERS) and not options.profile
    out = options.out or (DOCUMENTATION if is_whole else None)
    if out is not None:
        import sockets_plot  # a run that draws nothing does not wait for it

        out.mkdir(parents=True, exist_ok=True)
        sockets_plot.draw(results, out / "sockets.svg")
        (out / "sockets.md").write_text(sockets_report.page(report, results, terms))


def verdict(results: list[Result]) -> int:
    """The exit status, and why."""
    for result in results:
        for fault in result.faults:
            print(f"{CONTENDERS[result.contender].title}: {fault}", file=sys.stderr)
    return 1 if any(result.faults for result in results if CONTENDERS[result.contender].is_ours) else 0


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `finally`, as Ctrl-C does
    allow_files(options.sockets)
    terms = Terms(
        sockets=options.sockets,
        changes=options.changes,
        clients=options.clients,
        deadline=options.deadline,
        bound=options.bound,
        profile=options.profile,
    )
    folder = options.folder or Path(tempfile.mkdtemp(prefix="sockets-"))
    try:
        results = list(measure(options.contenders, terms, folder))
        publish(surroundings(options), results, terms, options)
        return verdict(results)
    except KeyboardInterrupt:
        print("\nstopped")
        return 130
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def _measured(options: argparse.Namespace) -> str:
    """The options that change what is measured, as they are given."""
    told = {
        "sockets": str(options.sockets),
        "contenders": ",".join(options.contenders),
        "changes": str(options.changes),
        "clients": str(options.clients),
        "deadline": f"{options.deadline:g}",
    }
    usual = {name: str(_parser().get_default(name)) for name in told}
    return " ".join(f"--{name} {value}" for name, value in told.items() if value != usual[name])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=_count, default=SOCKETS, help=f"how many are open ({SOCKETS})")
    parser.add_argument("--contenders", type=_names, default=",".join(CONTENDERS), help=f"of {', '.join(CONTENDERS)}")
    parser.add_argument("--changes", type=_count, default=5, help="how many are delivered (5)")
    parser.add_argument("--clients", type=int, default=3, choices=range(1, 9), help="processes of clients (3)")
    parser.add_argument("--deadline", type=float, default=30, metavar="SECONDS", help="for a change to reach all (30)")
    parser.add_argument("--bound", type=float, default=900, metavar="SECONDS", help="for one contender (900)")
    parser.add_argument("--profile", action="store_true", help="sample the server's event loop while changes arrive")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="for picture and page (docs/benchmarks, if all ran)")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="new; keep there logs, notes, and profiles")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 200_000:
        raise argparse.ArgumentTypeError("a number from 1 to 200000")
    return int(text)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(CONTENDERS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
