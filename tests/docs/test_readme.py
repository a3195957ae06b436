"""What the README shows is what happens."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs.tour import GUIDED, README, ROOT, Step, comparable, greeting, steps, take

from todo.settings import Settings

TEXT = README.read_text()
STEPS = steps(TEXT)


@pytest.fixture(scope="module")
def taken() -> tuple[str, list[str]]:
    """The tour, taken once."""
    return take(STEPS)


def test_the_server_greets_as_shown(taken: tuple[str, list[str]]) -> None:
    assert taken[0] == greeting(TEXT)


def test_the_tour_prints_what_is_shown(taken: tuple[str, list[str]]) -> None:
    printed = taken[1]
    assert len(printed) == len(STEPS)
    for step, output in zip(STEPS, printed, strict=True):
        assert comparable(output) == comparable(step.shown or ""), step.commands


@pytest.mark.parametrize("page", GUIDED, ids=lambda page: page.name)
def test_what_other_pages_show_is_what_happens(page: Path) -> None:
    guided = steps(page.read_text())
    for step, output in zip(guided, take(guided)[1], strict=True):
        assert comparable(output) == comparable(step.shown or ""), step.commands


def test_the_tour_goes_where_it_should() -> None:
    commands = "".join(step.commands for step in STEPS)
    for feature in ("recurrence", "completed", "due_before", "Link", "trash", "restore", "If-Match", "Idempotency-Key"):
        assert feature in commands, feature


def test_the_example_of_tornado_on_lambda_runs() -> None:
    example = re.search(r"```python\n(from tornado\.web .*?)```", TEXT, re.DOTALL)
    assert example
    names: dict[str, Any] = {}
    exec(example[1], names)  # noqa: S102 - our own page
    event = json.loads((ROOT / "events" / "http" / "index.json").read_text())
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/"
    reply = names["handler"](event, None)
    assert (reply["statusCode"], reply["body"]) == (200, "Hello")


def test_nothing_shown_is_a_secret() -> None:
    for page in (README, *GUIDED):
        assert not re.search(r"todo[a-z]*_[\w-]{20}", page.read_text())


def test_ids_that_are_repeated_in_the_text_are_repeated_by_the_server(taken: tuple[str, list[str]]) -> None:
    """Both answers under one Idempotency-Key hold one id: wildcards alone would not notice two."""
    repeated = next(output for step, output in zip(STEPS, taken[1], strict=True) if "Idempotency-Key" in step.commands)
    first, second = re.findall(r'"id":"([^"]+)"', repeated)
    assert first == second


def test_the_settings_table_holds_every_setting_and_no_other() -> None:
    section = TEXT.partition("## Settings")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == Settings.environment_names()


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in (README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        assert set(_targets_in(page.read_text())) <= targets, page


def test_the_contributing_guide_names_every_make_target() -> None:
    offered = set(re.findall(r'@echo "make ([a-z-]+)', (ROOT / "Makefile").read_text()))
    assert offered <= set(_targets_in((ROOT / "CONTRIBUTING.md").read_text()))


def test_commands_and_outputs_are_told_apart() -> None:
    text = "<!-- tour -->\n```sh\na\n```\n\n```text\nb\n```\n```sh\nc\n```\n<!-- end of the tour -->"
    assert steps(text) == [Step("a\n", "b\n"), Step("c\n", None)]


def test_what_varies_is_not_compared() -> None:
    one = '"id": "01a20620-4163-7656-8b25-927ac4933a48", "created_at": "2026-11-23T01:58:26.965562Z", "title": "Milk"'
    other = '"id": "7d8a5a0e-0c1f-4e0b-9d3c-6a1f2b3c4d5e", "created_at": "2027-01-01T00:00:00.1Z", "title": "Milk"'
    assert comparable(one) == comparable(other)
    assert comparable(one) != comparable(other.replace("Milk", "Bread"))


def _targets_in(text: str) -> Iterator[str]:
    """The targets after `make`, in code: `make run`, or a line of a block that begins with it."""
    for found in re.finditer(r"(?:^|`|=\w+ )make ([a-z][a-z-]*)", text, re.MULTILINE):
        yield found[1]
