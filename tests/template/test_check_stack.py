"""How `make check` looks at the templates: every finding has a reason, every reason a finding."""

from pathlib import Path

import pytest
from template.cloudformation import NESTED, TEMPLATE
from template.programs import program

check_stack, reasons = program("check_stack"), program("reasons")

BUCKET = """\
Resources:
  Files:
    Type: AWS::S3::Bucket
    Metadata:
      checkov:
        skip:
          - id: CKV_AWS_18
            comment: Nobody reads it but us.
          - id: CKV_AWS_21
      cfn-lint:
        config:
          # W1, E2: they ask for a name, and two stacks
          # cannot have the same one.
          ignore_checks:
            - W1
            - E2
            # E3: the third of its kind
            - E3
            - E4
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(BUCKET)
    return path


def test_reasons_are_read_from_beside_the_resource(template: Path) -> None:
    found = {reason.rule: reason for reason in reasons.reasons(template)}
    assert {reason.resource for reason in found.values()} == {"Files"}
    assert {rule: reason.text for rule, reason in found.items()} == {
        "CKV_AWS_18": "Nobody reads it but us.",
        "CKV_AWS_21": "",
        "W1": "they ask for a name, and two stacks cannot have the same one.",
        "E2": "they ask for a name, and two stacks cannot have the same one.",
        "E3": "the third of its kind",
        "E4": "",
    }
    assert {rule for rule, reason in found.items() if not reason.is_given} == {"CKV_AWS_21", "E4"}


def test_a_rule_switched_off_in_a_comment_is_found(template: Path) -> None:
    assert list(reasons.hidden(template)) == []
    template.write_text(BUCKET + "    # checkov:skip=CKV_AWS_19:because\n")
    assert list(reasons.hidden(template)) == [len(BUCKET.splitlines()) + 1]


WRITTEN = {"Api", "ApiLog"}


@pytest.fixture
def wrong(template: Path) -> list[str]:
    """The verdict over findings of resources that are written and generated, with reasons of each kind."""
    found = [
        check_stack.Finding(template, line, resource, rule, "Something.")
        for line, resource, rule in ((7, "Api", "W1"), (0, "ApiStage", "W1"), (0, "ApiLog", "W1"), (9, "Api", "W2"))
    ]
    given = [
        reasons.Reason(template, resource, rule, text)
        for resource, rule, text in (
            ("Api", "W1", "because it is so"),
            ("Api", "W2", "no"),
            ("ApiLog", "W3", "because it was so"),
        )
    ]
    lines: list[str] = check_stack.verdict(found, given, {template: WRITTEN})
    return lines


def test_a_reason_excuses_its_resource_and_what_is_generated_from_it(wrong: list[str], template: Path) -> None:
    assert f"{template}: ApiLog: W1 Something." in wrong
    assert not [line for line in wrong if "Api: W1" in line or "ApiStage: W1" in line]


def test_a_reason_that_says_nothing_is_none(wrong: list[str]) -> None:
    assert "template.yaml: Api: W2 is left out without a reason" in wrong


def test_a_reason_for_what_is_not_found_is_told(wrong: list[str]) -> None:
    assert "template.yaml: ApiLog: W3 is left out, and nothing would be found" in wrong
    assert len(wrong) == 3


def test_cfn_lint_tells_also_what_the_template_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources:\n  Dead:\n    Type: AWS::SQS::Queue\n    Metadata:\n"
        "      cfn-lint: {config: {ignore_checks: [ES6000]}}\n    Properties: {VisibilityTimeout: -1}\n"
    )
    found = {finding.rule: finding for finding in check_stack.cfn_lint({path: path}, lines=True)}
    assert {"ES6000", "E3034"} <= set(found)  # a queue without its DLQ; a time below zero
    assert (found["E3034"].template, found["E3034"].resource, found["E3034"].line) == (path, "Dead", 6)


def test_checkov_is_shown_what_the_template_leaves_out(template: Path) -> None:
    shown = check_stack.without_exceptions(check_stack.translated(template))
    assert "checkov" not in shown["Resources"]["Files"]["Metadata"]


@pytest.mark.parametrize("path", [TEMPLATE, *NESTED], ids=lambda path: path.name)
def test_every_exception_of_the_stack_says_why(path: Path) -> None:
    assert [reason for reason in reasons.reasons(path) if not reason.is_given] == []
    assert list(reasons.hidden(path)) == []
