"""How quick the page is, in a browser on this machine, against the service as `make run` starts it.

    make bench-page [OPTIONS="--rounds 5 --json FILE"]

A list of 1,000 tasks: opening it, scrolling, typing, adding. The first paint of a stranger's pages and of a person's.
And what a first visit loads. Each figure is the median of the rounds; times are milliseconds.
"""

import argparse
import json
import sys
import tempfile
import uuid
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import page_speed  # noqa: E402 - tests/ is no package
from browsing import Visitor, chromium, context_options, find_chromium  # noqa: E402
from service import Service  # noqa: E402

ROWS = {
    "shown": "a list of 1,000 tasks: the first are painted",
    "whole": "a list of 1,000 tasks: all are there",
    "frame": "scrolling through it: a frame, median",
    "slow_frame": "scrolling through it: a frame, 95 %",
    "typed": "a letter in the line of a new task is painted",
    "added": "a new task in the list of 1,000 is painted",
    "welcome": "largest paint of /, as a stranger",
    "log_in": "largest paint of /log-in, as a stranger",
    "today": "largest paint of /today, as a person",
}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How quick the page is.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    executable = find_chromium()
    if executable is None:
        print("This needs Chromium: apt-get install chromium", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        Service(Path(folder)) as service,
        chromium(executable) as (_, browser),
    ):
        rounds = []
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            rounds.append(measured(service, browser))
    figures = {name: median(each[name] for each in rounds) for name in ROWS}
    figures["first_load"] = first_load()
    for name, text in ROWS.items():
        print(f"{text:<48} {figures[name]:8.1f} ms")
    print(f"{'script and style of a first visit, compressed':<48} {figures['first_load'] / 1024:8.1f} KiB")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def measured(service: Service, browser: Any) -> dict[str, float]:
    """One round, with a person and a browser of its own."""
    account = service.sign_up(f"{uuid.uuid4()}@example.org")
    made = page_speed.fill(account)
    person = Visitor(service, browser.new_context(**context_options()), account)
    page = person.open("/today")
    shown, whole = page_speed.opening(page, str(made["id"]))
    frames = page_speed.scrolling(page)
    typed, added = page_speed.typing(page), page_speed.adding(page)
    today = page_speed.largest_paint(person.context, service.url + "/today")
    stranger = browser.new_context(**context_options())
    figures = {
        "shown": shown,
        "whole": whole,
        "frame": median(frames),
        "slow_frame": quantiles(frames, n=20)[-1],
        "typed": typed,
        "added": added,
        "welcome": page_speed.largest_paint(stranger, service.url + "/"),
        "log_in": page_speed.largest_paint(stranger, service.url + "/log-in"),
        "today": today,
    }
    for context in (person.context, stranger):
        context.close()
    return figures


def first_load() -> int:
    """The bytes of script and style that a person's page loads first, of the larger language."""
    from todo.web.assets import find_asset
    from todo.web.catalogue import languages

    sizes = {
        name: asset
        for name in ("style.css", *(f"app.{each}.js" for each in languages()))
        if (asset := find_asset(name))
    }
    style = len(sizes.pop("style.css").gzipped or b"")
    return style + max(len(asset.gzipped or b"") for asset in sizes.values())


if __name__ == "__main__":
    sys.exit(main())
