"""Why a resource of the stack does not follow a rule of cfn-lint's or checkov's, read from beside the resource.

    Metadata:
      checkov:
        skip:
          - id: CKV_AWS_158
            comment: Holds no secret, and a key of one's own costs a dollar a month.
      cfn-lint:
        config:
          # W1031: the empty default is no ARN; the condition keeps it from coming here.
          ignore_checks: [W1031]

Both forms are the tools' own. cfn-lint's has no place for a reason: it is a comment that begins with the rule, above
the list or within it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FEWEST_WORDS = 3  # "false positive" is no reason


@dataclass(frozen=True)
class Reason:
    """A rule that is not followed, by one resource or, without a resource, in the whole template."""

    template: Path
    resource: str | None
    rule: str
    text: str

    @property
    def is_given(self) -> bool:
        return len(self.text.split()) >= FEWEST_WORDS


def reasons(template: Path) -> Iterator[Reason]:
    """Every exception that `template` makes, whether it says why or not."""
    text = template.read_text()
    document = yaml.compose(text, yaml.SafeLoader)
    lines = text.splitlines()
    for resource, node in [(None, document), *_entries(_at(document, "Resources"))]:
        for rule, why in (*_checkov(node), *_cfn_lint(node, lines)):
            yield Reason(template, resource, rule, why)


def resources(template: Path) -> set[str]:
    """The names of the resources that are written in `template`."""
    return {name for name, _ in _entries(_at(yaml.compose(template.read_text(), yaml.SafeLoader), "Resources"))}


def hidden(template: Path) -> Iterator[int]:
    """The lines of `template` that switch a rule off where no reason is looked for."""
    for number, line in enumerate(template.read_text().splitlines(), 1):
        if "checkov:skip" in line.replace(" ", ""):
            yield number


def _checkov(node: yaml.Node | None) -> Iterator[tuple[str, str]]:
    skipped = _at(node, "Metadata", "checkov", "skip")
    for item in skipped.value if isinstance(skipped, yaml.SequenceNode) else ():
        entry = {key: value.value for key, value in _entries(item)}
        yield entry["id"], entry.get("comment", "")


def _cfn_lint(node: yaml.Node | None, lines: list[str]) -> Iterator[tuple[str, str]]:
    config = _at(node, "Metadata", "cfn-lint", "config")
    for key, ignored in config.value if isinstance(config, yaml.MappingNode) else ():
        if key.value != "ignore_checks":
            continue
        first = key.start_mark.line
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1
        comments = _comments(lines[first : ignored.end_mark.line + 1])
        for rule in ignored.value:
            yield rule.value, comments.get(rule.value, "")


def _comments(lines: list[str]) -> dict[str, str]:
    """What comments of the form `# W1031: because ...` say of each rule; one may name several, and take lines."""
    said: dict[str, str] = {}
    rules: list[str] = []
    for line in lines:
        _, mark, comment = line.partition("#")
        if not mark:
            continue
        if found := re.match(r" *((?:[A-Z]+\d+(?:, *)?)+): *(.*)", comment):
            rules, comment = re.findall(r"[A-Z]+\d+", found[1]), found[2]
        for rule in rules:
            said[rule] = f"{said.get(rule, '')} {comment.strip()}".strip()
    return said


def _entries(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(key.value, value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _at(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    for name in path:
        node = dict(_entries(node)).get(name)
    return node
