"""Importing the calls to AWS stays cheap: every new environment pays for it."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    program = "import sys; before = set(sys.modules); import todo.aws; print(*(set(sys.modules) - before), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["boto3", "botocore", "email", "http", "socket", "sqlalchemy", "ssl", "tornado"])
def test_importing_it_does_not_import(name: str, loaded: set[str]) -> None:
    assert {"todo.aws.secrets_manager", "todo.aws.sqs"} <= loaded
    assert [module for module in loaded if module.partition(".")[0] == name] == []
