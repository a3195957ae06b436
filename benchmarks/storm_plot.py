"""The results as a picture: failed requests, and p99, by the number of environments."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from picture import FAINT, PAPER, STYLE, with_dark
from storm_contenders import CONTENDERS
from storm_report import title
from storm_run import Result

# Told apart by people who see few colours, too, and on either paper (Okabe and Ito's, the yellow left out).
_COLOURS = {
    "ours-invocation": "#009e73",
    "ours-proxy": "#009e73",
    "asyncpg": "#d55e00",
    "asyncpg-pgbouncer": "#d55e00",
    "asyncpg-null": "#cc79a7",
    "psycopg-null": "#2f8fd0",
    "psycopg-pgbouncer": "#2f8fd0",
}
_MARKERS = {
    "asyncpg": "s",
    "asyncpg-pgbouncer": "s",
    "asyncpg-null": "D",
    "psycopg-null": "^",
    "psycopg-pgbouncer": "^",
}


def draw(results: list[Result], file: Path) -> None:
    """Write the SVG; the same results make the same bytes."""
    with mpl.rc_context(STYLE | {"svg.hashsalt": "storm"}):
        figure = Figure(figsize=(10, 5.1), facecolor=PAPER)
        failed, slow = figure.subplots(1, 2)
        _failed(failed, results)
        _slow(slow, results)
        handles, labels = failed.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=2, frameon=False, handlelength=3.6)
        figure.subplots_adjust(left=0.065, right=0.985, top=0.89, bottom=0.335, wspace=0.17)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER)
    file.write_text(with_dark(file.read_text()))


def _failed(axes: Axes, results: list[Result]) -> None:
    _prepare(axes, "Failed requests", results)
    for name, own in _by_contender(results).items():
        _line(axes, name, [(result.environments, 100 * result.failed / result.requests) for result in own])
    axes.set_ylim(-3, 103)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))


def _slow(axes: Axes, results: list[Result]) -> None:
    _prepare(axes, "p99 of those that succeeded", results)
    for name, own in _by_contender(results).items():
        _line(axes, name, [(result.environments, result.p99) for result in own if result.p99 is not None])
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    low, high = axes.get_ylim()
    steps = [step for step in (0.03, 0.1, 0.3, 1, 3, 10, 30) if low <= step <= high]
    axes.yaxis.set_major_locator(FixedLocator(steps))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} s"))


def _prepare(axes: Axes, heading: str, results: list[Result]) -> None:
    axes.set_title(heading, loc="left", fontsize=13, fontweight="bold", pad=12)
    axes.set_facecolor(PAPER)
    axes.set_xscale("log")
    sizes = sorted({result.environments for result in results})
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.set_xlabel("environments that start at once")
    axes.grid(color=FAINT, linewidth=0.8)
    axes.tick_params(length=0, pad=6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _line(axes: Axes, name: str, points: list[tuple[int, float]]) -> None:
    contender = CONTENDERS[name]
    axes.plot(
        [environments for environments, _ in points],
        [value for _, value in points],
        label=title(name).replace("`", ""),
        color=_COLOURS[name],
        linestyle=(0, (2.4, 1.2) if contender.is_ours else (4, 2)) if contender.through_pgbouncer else "-",
        linewidth=2.8 if contender.is_ours else 1.8,
        marker=_MARKERS.get(name, "o"),
        markersize=7 if contender.is_ours else 6,
        zorder=4 if contender.is_ours else 3,
        clip_on=False,
    )


def _by_contender(results: list[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda result: (list(CONTENDERS).index(result.contender), result.environments)):
        found.setdefault(result.contender, []).append(result)
    return found
