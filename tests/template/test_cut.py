"""How templates are cut to what moto creates: the tests of created stacks rely on it."""

from typing import Any

import pytest
from template.conditions import Conditions
from template.created import ACCOUNT, REGION, values
from template.cut import cut

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Mode": {"Type": "String", "Default": "own"}, "Zones": {"Type": "CommaDelimitedList"}},
    "Conditions": {
        "Own": {"Fn::Equals": [{"Ref": "Mode"}, "own"]},
        "Named": {"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", {"Ref": "Zones"}]}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "Own"}, {"Condition": "Named"}]},
        "Any": {"Fn::Or": [{"Condition": "Own"}, {"Condition": "Named"}]},
    },
    "Resources": {
        "Log": {"Type": "AWS::Logs::LogGroup"},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Condition": "Own"},
        "Topic": {"Type": "AWS::SNS::Topic", "Condition": "Both"},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "DependsOn": ["Log", "Secret", "Topic"],
            "Properties": {
                "Layers": [{"Fn::If": ["Own", "layer", {"Ref": "AWS::NoValue"}]}, "always"],
                "Secret": {"Ref": "Secret"},
                "Text": {"Fn::Sub": "${Log.Arn} ${Secret} ${Alias} ${AWS::Region}"},
                "Version": {"Fn::GetAtt": ["Log", "Age"]},
                "Cpu": 1,
            },
        },
        "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Function"}}},
    },
    "Outputs": {"Alias": {"Value": {"Ref": "Alias"}}, "Topic": {"Condition": "Both", "Value": {"Ref": "Topic"}}},
}
LEFT_OUT = {
    "AWS::SecretsManager::Secret": "",
    "AWS::Lambda::Alias": "",
    "AWS::Lambda::Function/Cpu": "",
    "AWS::Logs::LogGroup.Age": "",
}


@pytest.mark.parametrize(
    ("mode", "zones", "holding"),
    [
        ("own", "", {"Own", "Any"}),
        ("own", "a,b", {"Own", "Named", "Both", "Any"}),
        ("other", "", set()),
        ("other", "a", {"Named", "Any"}),
    ],
)
def test_conditions_are_decided_as_cloudformation_does(mode: str, zones: str, holding: set[str]) -> None:
    conditions = Conditions(TEMPLATE, {"Mode": mode, "Zones": zones})
    assert {name for name in TEMPLATE["Conditions"] if conditions.hold(name)} == holding


def test_what_comes_to_nothing_leaves_no_hole() -> None:
    node = {
        "a": {"Fn::If": ["Own", 1, {"Ref": "AWS::NoValue"}]},
        "b": [{"Fn::If": ["Own", 1, {"Ref": "AWS::NoValue"}]}],
    }
    assert Conditions(TEMPLATE, {"Mode": "other", "Zones": ""}).resolve(node) == {"b": []}
    assert Conditions(TEMPLATE, {"Mode": "own", "Zones": ""}).resolve(node) == {"a": 1, "b": [1]}


def test_what_is_left_out_is_replaced_where_others_speak_of_it() -> None:
    left = cut(TEMPLATE, LEFT_OUT, {"Mode": "own", "Zones": ""})
    assert set(left["Resources"]) == {"Log", "Function"}
    secret = f"arn:aws:any:{REGION}:{ACCOUNT}:any:Secret"
    assert left["Resources"]["Function"] == {
        "Type": "AWS::Lambda::Function",
        "DependsOn": ["Log"],
        "Properties": {
            "Layers": ["layer", "always"],
            "Secret": {"Fn::Sub": secret},
            "Text": {"Fn::Sub": f"${{Log.Arn}} {secret} ${{Function.Arn}} ${{AWS::Region}}"},
            "Version": {"Fn::Sub": "Log"},
        },
    }
    assert left["Outputs"] == {"Alias": {"Value": {"Fn::Sub": "${Function.Arn}"}}}


def test_parameters_without_a_value_are_made_up() -> None:
    template = {
        "Parameters": {
            "Mode": {"Type": "String", "Default": "own"},
            "Size": {"Type": "Number", "MinValue": 3},
            "Flag": {"Type": "String", "AllowedValues": ["true", "false"]},
            "VpcId": {"Type": "String"},
            "TopicArn": {"Type": "String"},
        }
    }
    assert values(template, {"Flag": "false"}, {"VpcId": "vpc-1"}) == {
        "Mode": "own",
        "Size": "3",
        "Flag": "false",
        "VpcId": "vpc-1",
        "TopicArn": f"arn:aws:any:{REGION}:{ACCOUNT}:TopicArn",
    }
