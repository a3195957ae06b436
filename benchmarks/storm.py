"""A storm of Lambda environments on one PostgreSQL of 40 connections: this service and its peers, in one run.

    make bench-storm                                                     the whole table, into docs/benchmarks
    make bench-storm OPTIONS="--environments 25 --contenders ours-invocation,ours-proxy"

Environments are processes that begin at once, make a few requests each, and stay until all are through. Ends with a
failure when a request to this service failed, when what it acknowledged is not what is stored, or when it held more
connections than there are. Needs Debian's package pgbouncer; without it, only what connects directly is measured.
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

import storm_pgbouncer
import storm_report
from storm_contenders import CONTENDERS
from storm_run import Result, Terms, people_for, run
from storm_servers import Servers, servers

DOCUMENTATION = Path(__file__).parent.parent / "docs" / "benchmarks"
SIZES = [25, 100, 300, 500]


def measure(postgresql: Servers, options: argparse.Namespace, names: list[str], logs: Path) -> Iterator[Result]:
    """Run after run, told as they go."""
    terms = _terms(options)
    print(storm_report.HEADINGS)
    for environments in options.environments:
        for name in names:
            print(storm_report.beginning(name, environments), end="", flush=True)
            result = run(postgresql, name, environments, terms, logs / f"{name}-{environments}.log")
            print(storm_report.rest(result), flush=True)
            yield result


def present(names: list[str], pgbouncer: str | None) -> list[str]:
    """The contenders that can be measured here."""
    missing = [name for name in names if CONTENDERS[name].through_pgbouncer and pgbouncer is None]
    if missing:
        print(f"skipped, since PgBouncer is missing (apt-get install pgbouncer): {', '.join(missing)}")
    return [name for name in names if name not in missing]


def surroundings(
    postgresql: Servers, pgbouncer: str | None, names: list[str], options: argparse.Namespace
) -> dict[str, Any]:
    """What the numbers depend on."""
    packages = sorted({package for name in names for package in CONTENDERS[name].packages})
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "postgresql": postgresql.version,
        "pgbouncer": pgbouncer or "missing",
        "pool_size": storm_pgbouncer.POOL_SIZE,
        "versions": {package: version(package) for package in packages},
        "options": _measured(options),
    }


def publish(report: dict[str, Any], results: list[Result], options: argparse.Namespace) -> None:
    """Write what was asked for."""
    if options.json:
        told = report | {"terms": asdict(_terms(options)), "results": [asdict(result) for result in results]}
        options.json.write_text(json.dumps(told, indent=2) + "\n")
    is_whole = options.environments == SIZES and {result.contender for result in results} == set(CONTENDERS)
    out = options.out or (DOCUMENTATION if is_whole else None)
    if out is not None:
        import storm_plot  # a run that draws nothing does not wait for it

        out.mkdir(parents=True, exist_ok=True)
        storm_plot.draw(results, out / "storm.svg")
        (out / "storm.md").write_text(storm_report.page(report, results, _terms(options)))


def verdict(results: list[Result]) -> int:
    """The exit status, and why."""
    faults = [
        f"{result.contender}, {result.environments} environments: {fault}"
        for result in results
        if CONTENDERS[result.contender].is_ours
        for fault in result.faults
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every `finally`, as Ctrl-C does
    pgbouncer = storm_pgbouncer.version()
    names = present(options.contenders, pgbouncer)
    logs = options.logs or Path(tempfile.mkdtemp(prefix="storm-"))
    logs.mkdir(parents=True, exist_ok=True)
    try:
        with servers(people_for(max(options.environments))) as postgresql:
            report = surroundings(postgresql, pgbouncer, names, options)
            results = list(measure(postgresql, options, names, logs))
        publish(report, results, options)
        return verdict(results)
    except KeyboardInterrupt:
        print("\nstopped")
        return 130
    finally:
        if options.logs is None:
            shutil.rmtree(logs, ignore_errors=True)


def _measured(options: argparse.Namespace) -> str:
    """The options that change what is measured, as they are given."""
    told = {
        "environments": ",".join(map(str, options.environments)),
        "contenders": ",".join(options.contenders),
        "requests": str(options.requests),
        "think": f"{options.think:g}",
        "deadline": f"{options.deadline:g}",
    }
    usual = {name: str(_parser().get_default(name)) for name in told}
    return " ".join(f"--{name} {value}" for name, value in told.items() if value != usual[name])


def _terms(options: argparse.Namespace) -> Terms:
    return Terms(options.requests, options.think, options.deadline)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--environments", type=_sizes, default=",".join(map(str, SIZES)), help="how many at once (25,100,300,500)"
    )
    parser.add_argument("--contenders", type=_names, default=",".join(CONTENDERS), help=f"of {', '.join(CONTENDERS)}")
    parser.add_argument("--requests", type=int, default=6, help="of each environment (6)")
    parser.add_argument("--think", type=float, default=0.5, metavar="SECONDS", help="before a request, at most (0.5)")
    parser.add_argument("--deadline", type=float, default=25, metavar="SECONDS", help="of each request (25)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="for picture and page (docs/benchmarks, if all ran)")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep there what the contenders log")
    return parser


def _sizes(text: str) -> list[int]:
    sizes = [int(size) for size in text.split(",")]
    if not all(0 < size <= 1_000 for size in sizes):
        raise argparse.ArgumentTypeError("between 1 and 1000 environments")
    return sizes


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(CONTENDERS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
