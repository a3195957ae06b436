"""The results in words: a line as each run ends, and a page for the documentation."""

import textwrap
from typing import Any

from storm_contenders import CONTENDERS
from storm_run import ENVIRONMENTS_A_PERSON, Result, Terms

HEADINGS = (
    f"{'envs':>5}  {'contender':54}{'failed':>14}{'p50 s':>9}{'p99 s':>9}{'peak':>6}{'wall s':>8}{'stored/acked':>14}"
)


def title(name: str) -> str:
    """The contender, and what it is connected to."""
    contender = CONTENDERS[name]
    return f"{contender.title}{' + PgBouncer' if contender.through_pgbouncer else ''}"


def beginning(name: str, environments: int) -> str:
    """What is said of a run when it begins."""
    return f"{environments:5}  {title(name):54}"


def rest(result: Result) -> str:
    """What is added when it ends."""
    line = (
        f"{f'{result.failed} of {result.requests}':>14}{_seconds(result.p50):>9}{_seconds(result.p99):>9}"
        f"{result.peak:6}{result.wall:8.1f}{_rows(result):>14}"
    )
    return "\n".join([line, *(f"{'':9}{count:6} x {why}" for why, count in list(result.reasons.items())[:3])])


def page(report: dict[str, Any], results: list[Result], terms: Terms) -> str:
    """docs/benchmarks/storm.md."""
    paragraphs = [
        f"""So many Lambda environments start at once and share one PostgreSQL that takes 40 connections, 37 of them for
        ordinary roles, directly or through PgBouncer (transaction mode, {report["pool_size"]} server connections). Each
        is a process of its own; it makes {terms.requests} requests, half of them reads (the tasks of a list) and half
        writes (a new task), up to {terms.think:g} s apart, and stays, frozen with what it holds, until all are through.
        A request fails when it is not answered 2xx within {terms.deadline:g} s. {ENVIRONMENTS_A_PERSON} environments
        share an account and a list, so that writers meet.""",
        """This service runs whole: a token is checked, scopes are locked, the feed is written; with metrics off, and
        logs from warnings on into a file. The peers list and insert rows of one table of the same width, without
        accounts. All are called through their Lambda handler with events of an HTTP API.""",
        _table(results),
        """p50 and p99 are of the requests that succeeded: whoever fails early makes room for others. Peak:
        connections on the server. Stored: rows in the database, of the writes that were acknowledged. All environments
        share this machine's cores with the servers, which those of Lambda do not: much of the waiting is for them.""",
        f"""{report["date"]}, {report["machine"]}, Python {report["python"]}, PostgreSQL {report["postgresql"]},
        PgBouncer {report["pgbouncer"]}; {_versions(report)}. Load average before a run: {_loads(results)}. Written by
        `{_command(report)}`.""",
    ]
    picture = "![Failed requests and p99 by the number of environments](storm.svg)"
    return "\n\n".join(["# A storm on PostgreSQL", picture, *map(_wrapped, paragraphs)]) + "\n"


def _wrapped(paragraph: str) -> str:
    if paragraph.startswith("|"):
        return paragraph
    return textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False)


def _table(results: list[Result]) -> str:
    lines = ["| environments | contender | failed | p50 | p99 | peak | stored |", "|--:|---|--:|--:|--:|--:|--:|"]
    for result in results:
        failed = f"{result.failed} of {result.requests:,}"
        name = title(result.contender)
        cells = [
            str(result.environments),
            f"**{name}**" if CONTENDERS[result.contender].is_ours else name,
            failed,
            *(f"{value:.2f} s" if value is not None else "-" for value in (result.p50, result.p99)),
            str(result.peak),
            _rows(result),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _rows(result: Result) -> str:
    """Stored of acknowledged, and what differs where only the sums agree."""
    differs = result.lost and result.unacknowledged
    return f"{result.stored}/{result.acknowledged}" + (f" (-{result.lost}+{result.unacknowledged})" if differs else "")


def _versions(report: dict[str, Any]) -> str:
    return ", ".join(f"{package} {number}" for package, number in report["versions"].items())


def _loads(results: list[Result]) -> str:
    loads = [result.load for result in results]
    return f"{min(loads):.1f} to {max(loads):.1f}"


def _command(report: dict[str, Any]) -> str:
    return "make bench-storm" + (f' OPTIONS="{report["options"]}"' if report["options"] else "")
