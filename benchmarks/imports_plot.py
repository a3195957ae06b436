"""The results of imports as a picture: the memory of the server while the rows go in."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from picture import FAINT, PAPER, STYLE, with_dark

_COLOURS = {"postgresql": "#2f8fd0", "sqlite": "#009e73"}
_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def draw(found: dict[str, dict[str, Any]], file: Path) -> None:
    """Write the SVG; the same results make the same bytes."""
    with mpl.rc_context(STYLE | {"svg.hashsalt": "imports"}):
        figure = Figure(figsize=(8, 3.4), facecolor=PAPER)
        axes = figure.subplots()
        axes.set_facecolor(PAPER)
        axes.grid(color=FAINT, linewidth=0.8)
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        for name, result in found.items():
            times, megabytes = zip(*result["memory"], strict=True)
            label = f"{_NAMES[name]}: {result['rows']:,} rows, {result['rows_per_second']:,.0f} a second"
            axes.plot(times, megabytes, label=label, color=_COLOURS[name], linewidth=2)
        axes.set_xlim(0)
        axes.set_ylim(0, 200)
        axes.xaxis.set_major_locator(MaxNLocator(8))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} s"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f} MB"))
        axes.set_title("Memory of the server during an import", loc="left", fontsize=11)
        axes.legend(loc="upper right", frameon=False)
        figure.subplots_adjust(left=0.1, right=0.985, top=0.9, bottom=0.11)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor=PAPER)
    file.write_text(with_dark(file.read_text()))
