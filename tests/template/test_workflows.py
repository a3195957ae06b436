"""The workflows of GitHub Actions: what they run is there, what they may do is little, and they hold no key."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from template.cloudformation import ROOT, found, values

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.iterdir())
ENVIRONMENTS = ["dev", "staging", "prod"]

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load(path: Path) -> dict[str, Any]:
    workflow = yaml.safe_load(path.read_text())
    assert isinstance(workflow, dict)
    workflow["on"] = workflow.pop(True)  # YAML's word for it
    return workflow


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def targets(workflow: dict[str, Any]) -> Iterator[str]:
    """What `make` is told to make."""
    for step in steps(workflow):
        for line in step.get("run", "").splitlines():
            if line.startswith("make "):
                yield from (word for word in line.split()[1:] if "=" not in word)


def test_there_are_two() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "deploy.yml"]


@every_workflow
def test_every_action_is_pinned_by_commit_and_says_its_version(path: Path) -> None:
    used = [line.strip() for line in path.read_text().splitlines() if "uses:" in line]
    assert used
    for line in used:
        if "uses: ./" not in line:
            assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@every_workflow
def test_what_is_run_is_there(path: Path) -> None:
    workflow = load(path)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert set(targets(workflow)) <= set(phony[1].split())
    for step in steps(workflow):
        for program in re.findall(r"(?m)^(scripts/\S+)", step.get("run", "")):
            assert (ROOT / program).is_file()
    for job in workflow["jobs"].values():
        if "uses" in job:
            assert (ROOT / job["uses"]).is_file()
            assert "workflow_call" in load(ROOT / job["uses"])["on"]


def test_ci_checks_tests_and_builds_every_change() -> None:
    workflow = load(FOLDER / "ci.yml")
    assert {"push", "pull_request"} <= set(workflow["on"])
    assert list(targets(workflow)) == ["check", "test", "build"]


@every_workflow
def test_nothing_may_do_more_than_it_has_to(path: Path) -> None:
    workflow = load(path)
    assert "pull_request_target" not in workflow["on"]
    assert workflow["permissions"] in ({}, {"contents": "read"})
    for name, job in workflow["jobs"].items():
        granted = job.get("permissions", workflow["permissions"])
        borrows = any("configure-aws-credentials" in step.get("uses", "") for step in job.get("steps", []))
        assert granted == {"contents": "read"} | ({"id-token": "write"} if borrows else {}), name
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@every_workflow
def test_no_key_is_kept(path: Path) -> None:
    for text in values(load(path)):
        assert "secrets." not in str(text)
        assert not re.search(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b", str(text))
    for word in ("aws-access-key-id", "aws-secret-access-key", "AWS_SECRET_ACCESS_KEY"):
        assert word not in path.read_text()


@every_workflow
def test_no_command_is_put_together_from_what_somebody_typed(path: Path) -> None:
    for step in steps(load(path)):
        assert "${{" not in step.get("run", "")


@every_workflow
def test_jobs_end_and_do_not_run_into_each_other(path: Path) -> None:
    workflow = load(path)
    assert workflow["concurrency"]["group"]
    for job in workflow["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 90


def test_a_deployment_is_checked_first_and_never_cut_short() -> None:
    workflow = load(FOLDER / "deploy.yml")
    assert workflow["jobs"]["deploy"]["needs"] == "verify"
    assert workflow["jobs"]["verify"]["uses"] == "./.github/workflows/ci.yml"
    assert workflow["concurrency"] == {"group": "deploy-${{ inputs.environment }}", "cancel-in-progress": False}


def test_a_deployment_borrows_the_role_of_its_environment_after_the_build() -> None:
    job = load(FOLDER / "deploy.yml")["jobs"]["deploy"]
    assert job["environment"] == "${{ inputs.environment }}"
    done = [step.get("uses", step.get("run", "")).split("@")[0] for step in job["steps"]]
    build, borrow, deploy = done[-3:]
    assert build.startswith("make build")
    assert borrow == "aws-actions/configure-aws-credentials"
    assert deploy.startswith('scripts/sam deploy --config-env "$ENVIRONMENT" --no-confirm-changeset')
    (role,) = found(job, "role-to-assume")
    assert role == "${{ vars.AWS_DEPLOY_ROLE_ARN }}"


def test_the_environments_are_those_of_the_stack() -> None:
    workflow = load(FOLDER / "deploy.yml")
    assert workflow["on"]["workflow_dispatch"]["inputs"]["environment"]["options"] == ENVIRONMENTS
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert set(config) - {"version", "default"} == set(ENVIRONMENTS)


def test_the_page_names_the_variables_and_the_claim_that_binds_the_role() -> None:
    page = (ROOT / "docs" / "operations" / "ci.md").read_text()
    named = {name for step in steps(load(FOLDER / "deploy.yml")) for name in re.findall(r"vars\.(\w+)", str(step))}
    assert named == {"AWS_DEPLOY_ROLE_ARN", "AWS_REGION"}
    for name in named:
        assert f"`{name}`" in page
    assert '"token.actions.githubusercontent.com:sub": "repo:OWNER/REPOSITORY:environment:prod"' in page
