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
        return {
            name: value.split(".", 1) if suffix == "GetAtt" else value
        }  # !GetAtt Stack.Outputs.X has two parts, too
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


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by name."""
    return {name: item for name, item in template["Resources"].items() if item["Type"] == kind}


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of every function, with what `Globals` adds to them as SAM adds it."""
    shared = template["Globals"]["Function"]
    return {
        name: _merged(shared, item["Properties"])
        for name, item in resources(template, "AWS::Serverless::Function").items()
    }


def _merged(general: Any, own: Any) -> Any:
    """`own` wins, but for mappings, which are merged; an intrinsic function is one value."""
    if not all(isinstance(side, dict) and not _is_intrinsic(side) for side in (general, own)):
        return own
    return general | {key: _merged(general[key], value) if key in general else value for key, value in own.items()}


def _is_intrinsic(node: dict[str, Any]) -> bool:
    return len(node) == 1 and next(iter(node)).startswith(("Fn::", "Ref", "Condition"))


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
