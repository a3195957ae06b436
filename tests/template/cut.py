"""A translated template, cut to what moto's CloudFormation creates."""

import re
from collections.abc import Container, Mapping
from typing import Any

from template.conditions import Conditions
from template.created import ACCOUNT, REGION

ALIAS = "AWS::Lambda::Alias"
NAMED_BY_ARN = ("AWS::SecretsManager::Secret",)  # what Ref makes of one
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


def cut(template: Mapping[str, Any], left_out: Container[str], given: Mapping[str, str]) -> dict[str, Any]:
    """What is left of `template` when its parameters are as `given`, and without what is `left_out`:

    - a type (`AWS::EC2::Subnet`): what others say of such a resource is replaced by its name or an ARN;
    - a property of a type (`AWS::EC2::Subnet/Ipv6CidrBlock`);
    - an attribute of a type (`AWS::EC2::VPC.Ipv6CidrBlocks`), replaced likewise.

    An alias that is left out is replaced by its function. Conditions are decided here: moto leaves a hole in a list
    where `AWS::NoValue` stands.
    """
    return _Cut(template, left_out, Conditions(template, given)).result()


class _Cut:
    def __init__(self, template: Mapping[str, Any], left_out: Container[str], conditions: Conditions) -> None:
        self._template = template
        self._left_out = left_out
        self._conditions = conditions
        resources = template["Resources"]
        self._types = {name: resource["Type"] for name, resource in resources.items()}
        self._kept = {name for name, kind in self._types.items() if kind not in left_out and self._is(resources[name])}

    def result(self) -> dict[str, Any]:
        written = self._template["Resources"]
        outputs = {
            name: {"Value": self._node(self._conditions.resolve(output["Value"]))}
            for name, output in self._template.get("Outputs", {}).items()
            if self._is(output)
        }
        return {
            **{key: self._template[key] for key in ("Parameters", "Mappings") if key in self._template},
            "Resources": {name: self._resource(self._conditions.resolve(written[name])) for name in sorted(self._kept)},
            "Outputs": outputs,
        }

    def _is(self, node: Mapping[str, Any]) -> bool:
        return "Condition" not in node or self._conditions.hold(node["Condition"])

    def _resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        kind, before = resource["Type"], resource.get("DependsOn", [])
        properties = {
            key: self._node(value)
            for key, value in resource.get("Properties", {}).items()
            if f"{kind}/{key}" not in self._left_out
        }
        needed = [name for name in ([before] if isinstance(before, str) else before) if name in self._kept]
        return {"Type": kind, "Properties": properties} | ({"DependsOn": needed} if needed else {})

    def _node(self, node: Any) -> Any:
        match node:
            case {"Ref": str(name)} if self._is_gone(name, ""):
                return {"Fn::Sub": self._stand_in(name, "")}
            case {"Fn::GetAtt": [str(name), *rest]} if self._is_gone(name, ".".join(rest)):
                return {"Fn::Sub": self._stand_in(name, ".".join(rest))}
            case {"Fn::Sub": str(text)}:
                return {"Fn::Sub": _SUBSTITUTED.sub(self._substitute, text)}
            case {"Fn::Sub": [str(text), variables]}:
                return {"Fn::Sub": [_SUBSTITUTED.sub(self._substitute, text), self._node(variables)]}
            case dict():
                return {key: self._node(value) for key, value in node.items()}
            case list():
                return [self._node(value) for value in node]
        return node

    def _is_gone(self, name: str, attribute: str) -> bool:
        kind = self._types.get(name, "")
        return kind in self._left_out or f"{kind}.{attribute}" in self._left_out

    def _stand_in(self, name: str, attribute: str) -> str:
        if self._types[name] == ALIAS:
            return f"${{{self._template['Resources'][name]['Properties']['FunctionName']['Ref']}.Arn}}"
        is_arn = attribute.endswith("Arn") or (not attribute and self._types[name] in NAMED_BY_ARN)
        return f"arn:aws:any:{REGION}:{ACCOUNT}:any:{name}" if is_arn else name

    def _substitute(self, found: re.Match[str]) -> str:
        name, attribute = found[1], found[2] or ""
        return self._stand_in(name, attribute) if self._is_gone(name, attribute) else found[0]
