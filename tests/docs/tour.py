"""The README's tour, and that of other pages: commands, run against a real server in a folder of their own, and what
they print.

`python tests/docs/tour.py` writes what they print today into the pages.
"""

import os
import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
# The pages that have a tour besides.
GUIDED = (ROOT / "docs" / "sharing.md", ROOT / "docs" / "api" / "sync.md")

_SHOWN_ADDRESS = "http://127.0.0.1:8080"
_SEPARATOR = "\x1e"
_TOUR = re.compile(r"<!-- tour -->\n(.*?)<!-- end of the tour -->", re.DOTALL)
_STEP = re.compile(r"```sh\n(?P<commands>.*?)```\n(?:\n```(?:text|json)\n(?P<shown>.*?)```\n)?", re.DOTALL)
_GREETING = re.compile(r"```text\n(To-do is served at .*?)```", re.DOTALL)
_SECRET = re.compile(r"\b(todo[a-z]*)_[\w-]{43}")
_SHOWN_SECRET = r"\1_..."
# What no two runs have in common, and what stands for it in a comparison.
_VARYING = (
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "<time>"),
    (_SECRET, _SHOWN_SECRET),
    (re.compile(r"\bcursor=[\w%-]+"), "cursor=<cursor>"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """Some commands, and what the README says that they print; None where it shows nothing."""

    commands: str
    shown: str | None


def greeting(readme: str) -> str:
    """What the README says that the server prints."""
    found = _GREETING.search(readme)
    assert found, "the README shows no greeting"
    return found[1]


def steps(readme: str) -> list[Step]:
    """The steps of the tour, in order."""
    tour = _TOUR.search(readme)
    assert tour, "the README has no tour"
    return [Step(found["commands"], found["shown"]) for found in _STEP.finditer(tour[1])]


def comparable(text: str) -> str:
    """Text without what differs from run to run."""
    for pattern, stands_for in _VARYING:
        text = pattern.sub(stands_for, text)
    return text


def take(tour: list[Step]) -> tuple[str, list[str]]:
    """Run the commands one after the other in one shell. Returns the server's greeting, and what each step printed."""
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (address, greeted):
        script = f"printf '{_SEPARATOR}'\n".join(step.commands for step in tour)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace(_SHOWN_ADDRESS, address)],  # noqa: S607 - whichever is there
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    shown = greeted.replace(address, _SHOWN_ADDRESS)
    return shown, [printed.replace(address, _SHOWN_ADDRESS) for printed in ran.stdout.split(_SEPARATOR)]


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, str]]:
    """`todo serve` on a free port, with its data in `folder`; its address and what it printed."""
    command = [str(Path(sys.executable).with_name("todo")), "serve", "--port", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, bufsize=0) as server,
    ):
        assert server.stdout
        try:
            assert select.select([server.stdout], [], [], 20)[0], "the server says nothing"
            greeted = server.stdout.read(4096).decode()  # it is written at once, when the server listens
            found = re.search(r"http://[\d.]+:\d+", greeted)
            assert found, (folder / "log").read_text()
            yield found[0], greeted
        finally:
            server.terminate()


def _written_anew(readme: str) -> str:
    greeted, printed = take(steps(readme))
    outputs = iter(printed)

    def step(found: re.Match[str]) -> str:
        output = _SECRET.sub(_SHOWN_SECRET, next(outputs))
        if found["shown"] is None:
            return found[0]
        start, end = (place - found.start() for place in found.span("shown"))
        return found[0][:start] + output + found[0][end:]

    def tour(found: re.Match[str]) -> str:
        return f"<!-- tour -->\n{_STEP.sub(step, found[1])}<!-- end of the tour -->"

    anew = _GREETING.sub(lambda _found: f"```text\n{greeted}```", readme, count=1)
    return _TOUR.sub(tour, anew)


if __name__ == "__main__":
    for page in (README, *GUIDED):
        page.write_text(_written_anew(page.read_text()))
