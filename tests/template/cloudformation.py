"""The project's CloudFormation templates, parsed: `!Ref X` is {"Ref": "X"}, `!If [...]` {"Fn::If": [...]}."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "template.yaml"
NESTED = sorted((ROOT / "infra").glob("*.yaml"))


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _short_form)


def load(path: Path) -> dict[str, Any]:
    """The template at `path`."""
    template = yaml.load(path.read_text(), Loader)  # noqa: S506  # it is a SafeLoader
    assert isinstance(template, dict)
    return template


def found(node: Any, key: str) -> Iterator[Any]:
    """Every value below `node` that stands under `key`."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from found(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from found(value, key)


def values(node: Any) -> Iterator[Any]:
    """Every leaf below `node`."""
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    else:
        yield node
