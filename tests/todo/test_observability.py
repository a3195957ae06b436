"""Logs and metrics: what is in a line, and what never is. Lambda's lines are read as CloudWatch gets them."""

import json
import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from todo.observability import PlainFormatter, WithoutValues, describe_error

# What a person sent, and what the function must not write down.
PRIVATE = ("ann-hunter2@example.org", "a long password hunter2", "Title hunter2", "hunter2")

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from todo.entrypoints import http
from clients import FakeContext, event_of  # which lets the lines propagate, for the tests of one process
import logging
logging.getLogger("todo").propagate = False
from todo.services import lists

def ask(method, path, body=None, token=None, **headers):
    sent = [("Host", "todo.example.org"), ("Content-Type", "application/json")]
    sent += [("Authorization", "Bearer " + token)] if token else []
    sent += headers.items()
    content = b"" if body is None else json.dumps(body).encode()
    return http.handler(event_of(method, path, sent, content), FakeContext("id-of-the-request"))

reply = ask("POST", "/v1/accounts", {"email": "ann-hunter2@example.org", "password": "a long password hunter2"})
assert reply["statusCode"] == 201, reply
token = json.loads(reply["body"])["token"]["secret"]
print("TOKEN", token)
made = ask("POST", "/v1/lists", {"title": "Title hunter2"}, token)
assert made["statusCode"] == 201
address = json.loads(made["body"])["url"]
assert ask("GET", address + "?cursor=hunter2", None, token)["statusCode"] == 200
assert ask("GET", "/hunter2/absent", None, token)["statusCode"] == 404
assert ask("POST", "/v1/lists", {"hunter2": "Title hunter2"}, token)["statusCode"] == 422
assert ask("GET", "/v1/lists", None, "hunter2")["statusCode"] == 401

def raises(session, actor, query):
    from sqlalchemy import text
    try:
        session.execute(text("INSERT INTO scopes SELECT id, :h, revision, tail, 0, NULL FROM scopes"), {"h": "hunter2"})
    except Exception as error:
        raise ValueError("Title hunter2 " + token) from error

lists.mine = raises
failed = ask("GET", "/v1/lists", None, token)
assert failed["statusCode"] == 500
assert "hunter2" not in failed["body"], failed
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """What the function wrote, and the token that was in use."""
    folder = tmp_path_factory.mktemp("function")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parents[1])],
        env={
            "PATH": os.environ["PATH"],
            "AWS_SAM_LOCAL": "true",
            "AWS_LAMBDA_FUNCTION_NAME": "todo-http",
            "TODO_DATABASE_URL": f"sqlite:///{folder}/todo.db",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, _, rest = done.stdout.partition("TOKEN ")
    token, _, rest = rest.partition("\n")
    return first + rest, token


def records(lines: tuple[str, str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines[0].splitlines()]


def test_every_line_is_json_and_a_request_is_one_line_with_its_id_route_status_and_duration(
    lines: tuple[str, str],
) -> None:
    requests = [line for line in records(lines) if line.get("message") == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in requests] == [
        ("POST", "/v1/accounts", 201),
        ("POST", "/v1/lists", 201),
        ("GET", "/v1/lists/{list_id}", 200),
        ("GET", "none", 404),
        ("POST", "/v1/lists", 422),
        ("GET", "/v1/lists", 401),
        ("GET", "/v1/lists", 500),
    ]
    for line in requests:
        assert line["request_id"] == "id-of-the-request"
        assert line["duration_ms"] >= 0
        assert line["level"] == ("ERROR" if line["status"] == 500 else "INFO")


def test_no_line_holds_a_token_password_address_body_or_path_even_when_a_handler_raises(
    lines: tuple[str, str],
) -> None:
    written, token = lines
    for private in (*PRIVATE, token):
        assert private not in written


def test_an_unexpected_error_is_logged_once_with_its_trace_and_the_statement(lines: tuple[str, str]) -> None:
    (line,) = [line for line in records(lines) if "stack" in line]
    assert line["request_id"] == "id-of-the-request"
    assert "builtins.ValueError" in line["stack"]
    assert "IntegrityError in: INSERT INTO scopes" in line["stack"]
    assert "lists.mine" in line["stack"] or "raises" in line["stack"]


def test_metrics_are_valid_in_cloudwatchs_embedded_format(lines: tuple[str, str]) -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    metrics = [line for line in records(lines) if "_aws" in line]
    assert len(metrics) == 7
    for line in metrics:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert isinstance(line["_aws"]["Timestamp"], int)
        assert directive["Namespace"] == "Todo"
        assert {metric["Name"] for metric in directive["Metrics"]} == {"Requests", "ServerErrors", "Duration"}
        for metric in directive["Metrics"]:
            assert metric["Unit"] in ("Count", "Milliseconds")
            assert all(isinstance(value, (int, float)) for value in line[metric["Name"]])
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= 30
            assert all(isinstance(line[name], str) for name in dimensions)
    assert [line["ServerErrors"] for line in metrics] == [[0.0]] * 6 + [[1.0]]
    assert metrics[0]["route"] == "/v1/accounts"


def test_a_trace_names_the_errors_and_repeats_none_of_their_words() -> None:
    engine = create_engine("sqlite://", hide_parameters=True)
    word = "hunter" + "2"
    try:
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (n integer CHECK (n < 0))"))
                connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": 424_242})
        except IntegrityError as error:
            raise KeyError(word) from error
    except KeyError as error:
        described = describe_error(error)
    engine.dispose()
    assert word not in described
    assert "424242" not in described
    assert "builtins.KeyError" in described
    assert sqlite3.IntegrityError.__name__ in described
    assert "in: INSERT INTO t VALUES (?)" in described


def test_the_terminal_shows_a_fault_without_its_words() -> None:
    word = "hunter" + "2"
    try:
        raise ValueError(word)
    except ValueError:
        record = logging.LogRecord("todo.x", logging.ERROR, "x.py", 1, "it failed", None, sys.exc_info())
    assert WithoutValues().filter(record)
    shown = PlainFormatter("%(levelname)s %(message)s").format(record)
    assert shown.startswith("ERROR it failed\n")
    assert shown.endswith("builtins.ValueError")
    assert word not in shown
