"""Conditions of a template, decided: which of them hold, and what is left of a template when they do."""

from collections.abc import Mapping
from typing import Any

NO_VALUE = {"Ref": "AWS::NoValue"}


class Conditions:
    """The conditions of `template` when its parameters have these values."""

    def __init__(self, template: Mapping[str, Any], values: Mapping[str, str]) -> None:
        self._written = template.get("Conditions", {})
        self._values = values

    def hold(self, name: str) -> bool:
        return self._decide(self._written[name])

    def resolve(self, node: Any) -> Any:
        """`node` with every `Fn::If` replaced by what it comes to, and without what comes to nothing."""
        if isinstance(node, dict):
            if "Fn::If" in node:
                name, this, that = node["Fn::If"]
                return self.resolve(this if self.hold(name) else that)
            resolved = {key: self.resolve(value) for key, value in node.items()}
            return {key: value for key, value in resolved.items() if value != NO_VALUE}
        if isinstance(node, list):
            return [value for value in map(self.resolve, node) if value != NO_VALUE]
        return node

    def _decide(self, node: Any) -> bool:
        match node:
            case {"Condition": str(name)}:
                return self.hold(name)
            case {"Fn::Not": [inner]}:
                return not self._decide(inner)
            case {"Fn::And": list(several)}:
                return all(map(self._decide, several))
            case {"Fn::Or": list(several)}:
                return any(map(self._decide, several))
            case {"Fn::Equals": [this, that]}:
                return self._text(this) == self._text(that)
        raise AssertionError(f"no condition that is known here: {node}")

    def _text(self, node: Any) -> str:
        match node:
            case {"Ref": str(name)}:
                return self._values[name]
            case {"Fn::Join": [str(between), {"Ref": str(name)}]}:
                return between.join(self._values[name].split(","))
            case {"Fn::Join": [str(between), list(parts)]}:
                return between.join(map(self._text, parts))
            case bool():
                return str(node).lower()
            case str() | int() | float():
                return str(node)
        raise AssertionError(f"nothing that can be compared here: {node}")
