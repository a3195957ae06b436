"""The results as a picture: when the sockets heard of a change, what one costs, how long the event loop was blocked."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from picture import FAINT, INK, PAPER, STYLE, with_dark
from sockets_contenders import CONTENDERS
from sockets_run import Result

_COLOURS = {"ours": "#009e73", "tornado": "#cc79a7", "aiohttp": "#d55e00", "websockets": "#2f8fd0"}


def draw(results: list[Result], file: Path) -> None:
    """Write the SVG; the same results make the same bytes."""
    with mpl.rc_context(STYLE | {"svg.hashsalt": "sockets"}):
        figure = Figure(figsize=(10, 4.4), facecolor=PAPER)
        arrivals, memory, blocked = figure.subplots(1, 3, width_ratios=[2, 1, 1])
        _arrivals(arrivals, results)
        _bars(memory, "KiB a socket", {each.contender: each.rss / 1024 for each in results})
        worst = {each.contender: 1000 * max(some.blocked for some in each.deliveries) for each in results}
        _bars(blocked, "Loop blocked, ms", worst)
        handles, labels = arrivals.get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=len(results), frameon=False, handlelength=2.4)
        figure.subplots_adjust(left=0.065, right=0.985, top=0.88, bottom=0.24, wspace=0.2)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER)
    file.write_text(with_dark(file.read_text()))


def _arrivals(axes: Axes, results: list[Result]) -> None:
    """A line for each change."""
    _prepare(axes, "Sockets that heard of a change")
    for result in results:
        contender = CONTENDERS[result.contender]
        for number, delivery in enumerate(result.deliveries):
            percents = [100 * index / (len(delivery.arrivals) - 1) for index in range(len(delivery.arrivals))]
            axes.plot(
                [0, *delivery.arrivals],
                [0, *percents],
                label=contender.title if number == 0 else None,
                color=_COLOURS[result.contender],
                linewidth=2.2 if contender.is_ours else 1.4,
                zorder=4 if contender.is_ours else 3,
            )
    axes.set_xlim(0)
    axes.set_ylim(0, 102)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} s"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} %"))
    axes.set_xlabel("since the request was sent")


def _bars(axes: Axes, heading: str, values: dict[str, float]) -> None:
    _prepare(axes, heading)
    axes.grid(visible=False, axis="x")
    drawn = axes.bar(range(len(values)), list(values.values()), width=0.62, color=[_COLOURS[name] for name in values])
    axes.bar_label(drawn, [f"{value:,.0f}" for value in values.values()], padding=4)
    axes.set_xticks([])
    axes.set_ylim(0, 1.18 * max(values.values()))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _prepare(axes: Axes, heading: str) -> None:
    axes.set_title(heading, loc="left", fontsize=13, fontweight="bold", pad=12, color=INK)
    axes.set_facecolor(PAPER)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=6)
    for spine in axes.spines.values():
        spine.set_visible(False)
