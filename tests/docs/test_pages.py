"""The pages hang together, and say of the code what the code says."""

import re
from pathlib import Path

import pytest
from docs.tour import ROOT
from template.cloudformation import TEMPLATE, load

from todo import errors
from todo.handlers import problems
from todo.shapes.index import Limits

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
GUIDE = (ROOT / "docs" / "api" / "README.md").read_text()

_CODE_ROW = re.compile(r"^\| `(?P<code>\w+)` \| (?P<statuses>[\d, ]+) \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        assert not anchor or anchor in _anchors(file.read_text()), target


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_parts_and_is_listed(page: Path) -> None:
    text = page.read_text()
    number = int(page.stem[:4])
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives"]
    assert page.name in (page.parent / "README.md").read_text()


def test_the_table_of_codes_is_that_of_the_code() -> None:
    section = GUIDE.partition("\n## Errors\n")[2].partition("\n## ")[0]
    listed = {found["code"]: set(map(int, found["statuses"].split(", "))) for found in _CODE_ROW.finditer(section)}
    assert listed == _codes()


def test_the_guide_states_the_published_limits() -> None:
    limits = Limits()
    section = GUIDE.partition("## Limits")[2]
    for name in limits.__struct_fields__:
        assert re.search(rf"^\| `{name}` \| {getattr(limits, name):,} \|", section, re.MULTILINE), name


def test_the_parameters_of_the_stack_are_those_of_the_template() -> None:
    page = (ROOT / "docs" / "operations" / "deploy.md").read_text()
    section = page.partition("\n## Parameters\n")[2].partition("\n## ")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| `?([\w-]+)`? \|", section, re.MULTILINE))
    declared = {name: str(given["Default"]) or "none" for name, given in load(TEMPLATE)["Parameters"].items()}
    assert listed == declared


def _codes() -> dict[str, set[int]]:
    """Every code that the service and the bridge answer with, and its statuses."""
    found: dict[str, set[int]] = {}

    def add(code: str, status: int) -> None:
        found.setdefault(code, set()).add(status)

    kinds = [errors.DomainError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind is not errors.DomainError:
            add(kind.code, problems.status_of(kind.__new__(kind)))
    for status in range(400, 600):
        add(problems.problem_of(None, status, "").code, status)
    bridge = "".join(file.read_text() for file in (ROOT / "src" / "tornado_lambda").glob("*.py"))
    for status_text, code in re.findall(r'problem\((\d+), "(\w+)"', bridge):
        add(code, int(status_text))
    # Any other status that Tornado may answer: the guide names those that it does.
    found["bad_request"] = {400}
    found["internal_error"] = {500}
    return found


def _anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
