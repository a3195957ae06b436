"""How the pictures of the benchmarks look, on light paper and on dark."""

import re

# Light, and what takes its place where the reader's system is dark.
PAPER, INK, FAINT = "#fefefe", "#1f2429", "#d9dde3"
_DARK = {PAPER: "#10151c", INK: "#e4e9ef", FAINT: "#333b46"}

STYLE = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def with_dark(svg: str) -> str:
    """Let the paper and the ink follow the reader's system; a programme that knows no media queries shows the light."""
    rules = "".join(
        f'[style*="{part}: {light}"] {{ {part}: {dark} !important }}'
        for light, dark in _DARK.items()
        for part in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{ {rules} }}</style>"
    return re.sub(r"(<defs>)", style.replace("\\", "") + r"\n \1", svg, count=1)
