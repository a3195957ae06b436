"""The composition root: where the database is."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from todo.application import CannotStart, find_address, open_local_database
from todo.aws import AwsError
from todo.database.address import BadDatabaseAddress, parse_address, public_address
from todo.settings import Settings

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


def test_the_address_comes_from_the_secret(secrets: FakeSecretsManager) -> None:
    url = find_address(Settings(database_secret_arn=ARN), secrets.environment)
    assert url is not None
    assert (url.host, url.username, url.password) == ("db.internal", "todo", "hun/ter2")
    assert url.query["sslmode"] == "verify-full"
    assert secrets.asked == [{"target": "secretsmanager.GetSecretValue", "SecretId": ARN}]


def test_a_url_wins_over_the_secret_which_is_not_asked_for(secrets: FakeSecretsManager) -> None:
    settings = Settings(database_url="postgres://u:p@host/x", database_secret_arn=ARN)
    url = find_address(settings, secrets.environment)
    assert url is not None
    assert url.render_as_string(hide_password=False) == "postgresql://u:p@host/x"
    assert secrets.asked == []


def test_without_either_there_is_no_address() -> None:
    assert find_address(Settings(), {}) is None


def test_a_secret_that_is_missing_or_no_address_is_told_without_its_content(secrets: FakeSecretsManager) -> None:
    with pytest.raises(AwsError, match="ARN"):
        find_address(Settings(database_secret_arn=ARN.replace("todo-", "other-")), secrets.environment)
    secrets.secret = '{"password": "hun/ter2"}'
    with pytest.raises(BadDatabaseAddress) as caught:
        find_address(Settings(database_secret_arn=ARN), secrets.environment)
    assert "hun/ter2" not in str(caught.value)


def test_the_folder_of_a_file_that_was_named_is_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/file/todo.db")
    with pytest.raises(CannotStart, match="file: it is not a folder"):
        open_local_database(settings, {}, tmp_path / "var")


def test_an_address_is_shown_without_any_of_its_passwords() -> None:
    url = parse_address("postgresql://ann:hunter2@host/todo?password=hunter3&sslpassword=hunter4")
    assert public_address(url) == "postgresql://ann:***@host/todo"
