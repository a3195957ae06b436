"""What importing does, and what the HTTP function imports: each import is paid for by every cold start."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import todo

ADDRESS = "postgresql://ann:secret@127.0.0.1:1/todo"
# Imported by nothing that the function does before a log-in, an export or a migration.
UNWANTED = (
    "boto3",
    "botocore",
    "alembic",
    "mako",
    "argon2",
    "dateutil",
    "icalendar",
    "ijson",
    "todo.formats.json",
    "pydantic",
    "asyncpg",
    "aws_xray_sdk",
    "jinja2",
    "yaml",
    "hypothesis",
    "concurrent.futures.process",
    "sqlite3",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.oracle",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.ext.asyncio",
    "tornado.platform",
    "tornado.simple_httpclient",
    "tornado.websocket",
    "argparse",
    "unittest",
    "todo.migrations",
    "todo.entrypoints.server",
    "todo.entrypoints.cli",
    "email.headerregistry",
    "todo.delivery.letters",
    "todo.jobs.worker",
    "todo.jobs.live",
    "todo.realtime",
    "todo.web.assets",
    "todo.web.bundle",
)


def run(program: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


# They import boto3, whose urllib3 looks whether this machine has IPv6. Only who needs them imports them.
WITH_BOTO3 = (
    "todo.delivery.alarm_schedule",
    "todo.delivery.ses",
    "todo.delivery.sockets",
    "todo.delivery.visibility",
    "todo.files.objects",
)


def modules() -> list[str]:
    found = [module.name for module in pkgutil.walk_packages(todo.__path__, "todo.")]
    return [
        name
        for name in found
        if not name.startswith(("todo.entrypoints.", "todo.migrations.env", "todo.migrations.v", *WITH_BOTO3))
    ]


def test_importing_any_module_but_an_entrypoint_does_nothing(tmp_path: Path) -> None:
    assert len(modules()) > 60
    program = f"""
import importlib, logging, os, sys, threading
events = []
quiet = {{"socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen", "os.mkdir", "os.putenv", "os.remove"}}
sys.addaudithook(lambda name, arguments: events.append((name, arguments)) if name in quiet else None)
os.chdir({str(tmp_path)!r})
for name in {modules()!r}:
    importlib.import_module(name)
handlers = [type(handler).__name__ for handler in logging.getLogger().handlers]
assert not events, events
assert not handlers, handlers
assert threading.active_count() == 1
"""
    assert run(f"import os; os.environ.clear()\n{program}", PYTHONDONTWRITEBYTECODE="1") == []
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    # Lambda's runtime has botocore on its path; here is one that tells when it is touched.
    fake = tmp_path_factory.mktemp("runtime")
    for name in ("botocore", "boto3"):
        (fake / name).mkdir()
        (fake / name / "__init__.py").write_text("")
    program = "import todo.entrypoints.http, sys; print('\\n'.join(sys.modules))"
    return set(run(program, PYTHONPATH=str(fake), TODO_DATABASE_URL=ADDRESS, AWS_LAMBDA_FUNCTION_NAME="todo"))


@pytest.mark.parametrize("name", UNWANTED)
def test_the_http_function_does_not_import(name: str, loaded: set[str]) -> None:
    assert "todo.entrypoints.http" in loaded
    assert sorted(module for module in loaded if module == name or module.startswith(f"{name}.")) == []


@pytest.mark.parametrize("function", ["http", "migrate", "schedule", "websocket", "worker"])
def test_a_function_connects_nowhere_when_it_starts(function: str) -> None:
    program = f"""
import sys
sys.addaudithook(lambda name, arguments: print(name) if name in {{"socket.connect", "socket.getaddrinfo"}} else None)
import todo.entrypoints.{function}
"""
    everything = {
        "TODO_DATABASE_URL": ADDRESS,
        "TODO_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
        "TODO_ALARM_SCHEDULE": "group/next",
        "TODO_MAIL_FROM": "todo@example.org",
        "TODO_LIVE_ENDPOINT": "https://abcd1234.execute-api.eu-west-1.amazonaws.com/live",
        "TODO_FILES_BUCKET": "todo-files",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert run(program, **everything) == []


@pytest.mark.parametrize("function", ["http", "migrate"])
def test_only_who_sends_mails_or_to_sockets_or_moves_the_alarm_imports_boto3(function: str) -> None:
    program = f"import todo.entrypoints.{function}, sys; print('boto3' in sys.modules)"
    settings = {"TODO_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"}
    settings |= {"TODO_FILES_BUCKET": "todo-files", "AWS_REGION": "eu-west-1"}
    assert run(program, TODO_DATABASE_URL=ADDRESS, TODO_ALARM_SCHEDULE="group/next", **settings) == ["False"]


@pytest.mark.parametrize("environment", [{}, {"TODO_DATABASE_URL": "sqlite:////tmp/todo.db"}])
def test_sqlite_is_refused_in_the_cloud(environment: dict[str, str]) -> None:
    program = (
        "from todo.settings import BadSetting\n"
        "try:\n    import todo.entrypoints.http\nexcept BadSetting as error:\n    print(error)"
    )
    (line,) = run(program, **environment)
    assert "TODO_DATABASE_URL or TODO_DATABASE_SECRET_ARN" in line
    assert "PostgreSQL" in line
