"""From the settings to a database: where it is, and as whom to log in."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import URL

from todo.database import Login, LoginUnavailable
from todo.database.address import parse_address, public_address
from todo.settings import Settings
from todo.storage import CannotStart, find_login, open_local_database

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:todo-AbCdEf"


class FakeSecretsManager:
    """Secrets Manager on the loopback interface, with one secret."""

    def __init__(self) -> None:
        self.secret = json.dumps({"host": "db.internal", "port": 5432, "username": "todo", "password": "hun/ter2"})
        self.asked: list[dict[str, object]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.asked.append({"target": self.headers["X-Amz-Target"], **body})
                known = body["SecretId"] == ARN
                reply = {"SecretString": fake.secret} if known else {"__type": "ResourceNotFoundException"}
                content = json.dumps(reply).encode()
                self.send_response(200 if known else 400)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002 - http.server's name
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.environment = {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://127.0.0.1:{self.server.server_port}",
        }


@pytest.fixture
def secrets() -> Iterator[FakeSecretsManager]:
    fake = FakeSecretsManager()
    thread = threading.Thread(target=fake.server.serve_forever)
    thread.start()
    yield fake
    fake.server.shutdown()
    thread.join()
    fake.server.server_close()


def login(settings: Settings, environment: dict[str, str]) -> Login:
    found = find_login(settings, environment)
    assert found is not None
    assert not isinstance(found, URL)
    return found


def test_the_address_comes_from_the_secret_which_is_read_when_it_is_needed(secrets: FakeSecretsManager) -> None:
    found = login(Settings(database_secret_arn=ARN), secrets.environment)
    assert secrets.asked == []
    url = found.current()
    assert (url.host, url.username, url.password) == ("db.internal", "todo", "hun/ter2")
    assert url.query["sslmode"] == "verify-full"
    assert found.current() is url
    assert secrets.asked == [{"target": "secretsmanager.GetSecretValue", "SecretId": ARN}]


def test_a_secret_is_read_again_once_the_database_refused_what_it_said(secrets: FakeSecretsManager) -> None:
    found = login(Settings(database_secret_arn=ARN), secrets.environment)
    assert found.current().password == "hun/ter2"
    secrets.secret = secrets.secret.replace("hun/ter2", "rotated")
    assert found.current().password == "hun/ter2"
    assert found.renew()
    assert found.current().password == "rotated"
    assert len(secrets.asked) == 2


def test_a_url_wins_over_the_secret_which_is_not_asked_for(secrets: FakeSecretsManager) -> None:
    settings = Settings(database_url="postgres://u:p@host/x", database_secret_arn=ARN)
    url = login(settings, secrets.environment).current()
    assert url.render_as_string(hide_password=False) == "postgresql://u:p@host/x"
    assert secrets.asked == []


def test_without_either_there_is_no_address() -> None:
    assert find_login(Settings(), {}) is None


def test_a_secret_that_is_missing_or_no_address_is_told_without_its_content(secrets: FakeSecretsManager) -> None:
    missing = login(Settings(database_secret_arn=ARN.replace("todo-", "other-")), secrets.environment)
    with pytest.raises(LoginUnavailable, match="ARN") as refused:
        missing.current()
    assert not refused.value.transient
    secrets.secret = '{"password": "hun/ter2"}'
    with pytest.raises(LoginUnavailable) as caught:
        login(Settings(database_secret_arn=ARN), secrets.environment).current()
    assert "hun/ter2" not in str(caught.value)


def test_the_folder_of_a_file_that_was_named_is_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/file/todo.db")
    with pytest.raises(CannotStart, match="file: it is not a folder"):
        open_local_database(settings, {}, tmp_path / "var")


def test_an_address_is_shown_without_any_of_its_passwords() -> None:
    url = parse_address("postgresql://ann:hunter2@host/todo?password=hunter3&sslpassword=hunter4")
    assert public_address(url) == "postgresql://ann:***@host/todo"
