"""Passwords that are rotated, and tokens that end, while environments are warm: against a server that looks at them."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from clients import LambdaDoor
from clocks import MovableClock
from debian_postgresql import DebianServer, debian_server
from faults.test_commit import migrated
from moto_server import REGION, MotoServer
from postgresql import ask
from sqlalchemy import URL, text
from sqlalchemy.orm import Session

from todo import aws
from todo.database import LoginUnavailable, SecretLogin, TokenLogin, build_database, deadline_in
from todo.database.login import FixedLogin, Login
from todo.errors import DatabaseUnavailable
from todo.settings import Settings
from todo.storage import find_login

ROLE = "service"


@pytest.fixture(scope="module")
def server() -> Iterator[DebianServer]:
    with debian_server() as running:
        migrated(running.url)
        ask(running.url, f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'")
        ask(running.url, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        yield running


@pytest.fixture(autouse=True)
def _first_password(server: DebianServer) -> None:
    server.set_password(ROLE, "first")


def secret_for(server: DebianServer, password: str) -> str:
    url = server.url.set(username=ROLE, password=password)
    return json.dumps({"url": url.render_as_string(hide_password=False)})


def who(session: Session) -> object:
    return session.scalar(text("SELECT current_user"))


def end_sessions(server: DebianServer) -> None:
    ask(server.url, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", ROLE)


def login_of(moto: MotoServer, arn: str) -> Login:
    environment = {
        "AWS_ACCESS_KEY_ID": "moto",
        "AWS_SECRET_ACCESS_KEY": "moto",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto.url,
    }
    found = find_login(Settings(database_secret_arn=arn), environment)
    assert found is not None
    assert not isinstance(found, URL)
    return found


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_a_password_that_was_rotated_while_warm_is_looked_up_again_and_the_client_sees_nothing(
    server: DebianServer, moto: MotoServer, clock: MovableClock, policy: str
) -> None:
    arn = moto.put_secret(f"todo-{uuid.uuid4()}", secret_for(server, "first"))
    with LambdaDoor(login_of(moto, arn), clock, policy=policy) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        server.set_password(ROLE, "second")
        moto.rotate(arn, secret_for(server, "second"))
        end_sessions(server)
        assert ann.ask("POST", "/v1/lists", {"title": "Home"}).status == 201
        assert len(ann.get("/v1/lists")) == 1


def test_beside_an_address_the_secret_gives_the_user_and_the_password_and_is_rotated_like_any_other(
    server: DebianServer, moto: MotoServer
) -> None:
    """As RDS keeps the password of a cluster's owner: without a host."""

    def kept(password: str) -> str:
        return json.dumps({"username": ROLE, "password": password})

    arn = moto.put_secret(f"owner-{uuid.uuid4()}", kept("first"))
    where = server.url
    address = URL.create("postgresql", host=where.host, port=where.port, database=where.database, query=where.query)
    found = find_login(
        Settings(database_url=address.render_as_string(), database_secret_arn=arn),
        {
            "AWS_ACCESS_KEY_ID": "moto",
            "AWS_SECRET_ACCESS_KEY": "moto",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto.url,
        },
    )
    assert found is not None
    database = build_database(found, "invocation")
    assert database.read(who) == ROLE
    server.set_password(ROLE, "second")
    moto.rotate(arn, kept("second"))
    assert database.read(who) == ROLE
    database.close()
    assert "first" not in database.name


@pytest.mark.parametrize("text", ["hunter2", "{}", '{"username": "x"}', "[1]", '{"password": "hunter2"}'])
def test_a_secret_beside_an_address_that_holds_no_user_is_said_and_not_shown(server: DebianServer, text: str) -> None:
    database = build_database(SecretLogin("the secret", lambda: text, server.url), "invocation")
    with deadline_in(3), pytest.raises(DatabaseUnavailable) as caught:
        database.read(who)
    database.close()
    assert "username and password" in str(caught.value.__cause__)
    assert "hunter2" not in str(caught.value.__cause__)


def test_a_password_in_the_address_needs_no_secret() -> None:
    found = find_login(Settings(database_url="postgresql://ann:pw@db/todo", database_secret_arn="arn:aws:nothing"), {})
    assert isinstance(found, FixedLogin)


def test_a_secret_that_is_behind_the_database_is_asked_once_and_the_client_told_to_come_back(
    server: DebianServer, clock: MovableClock
) -> None:
    asked: list[str] = []

    def read() -> str:
        asked.append("read")
        return secret_for(server, "first")

    with LambdaDoor(SecretLogin("the secret", read), clock) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        asked.clear()
        server.set_password(ROLE, "second")
        reply = ann.ask("GET", "/v1/lists")
        assert (reply.status, reply.json["code"]) == (503, "database_unavailable")
        assert reply.headers["retry-after"] == "5"
        assert asked == ["read"]
        for private in (b"first", b"second", ROLE.encode(), b"localhost", b"secret"):
            assert private not in reply.body
        server.set_password(ROLE, "first")
        assert ann.get("/v1/lists") == []


def test_a_connection_that_is_kept_outlives_the_password_it_logged_in_with(server: DebianServer) -> None:
    database = build_database(server.url.set(username=ROLE, password="first"), "proxy")
    assert database.read(who) == ROLE
    server.set_password(ROLE, "second")
    assert database.read(who) == ROLE
    database.close()


class Tokens:
    """Signs as IAM does, one token after the other; the server takes the one that is its role's password."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def sign(self, url: URL) -> str:
        self.made.append(f"{url.host}:{url.port}/?DBUser={url.username}&X-Amz-Signature={len(self.made)}")
        return self.made[-1]


@pytest.fixture
def tokens(server: DebianServer) -> Tokens:
    made = Tokens()
    server.set_password(ROLE, f"localhost:{server.port}/?DBUser={ROLE}&X-Amz-Signature=0")
    return made


def token_login(server: DebianServer, tokens: Tokens) -> TokenLogin:
    return TokenLogin(FixedLogin(server.url.set(username=ROLE, password=None)), tokens.sign)


def test_a_token_is_used_for_ten_minutes_of_the_wall_clock(
    server: DebianServer, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = SimpleNamespace(now=1_795_424_400.0)
    monkeypatch.setattr("todo.database.login.time", SimpleNamespace(time=lambda: wall.now))
    database = build_database(token_login(server, tokens), "invocation")
    for _ in range(3):
        assert database.read(who) == ROLE
        wall.now += 299
    assert len(tokens.made) == 1
    wall.now += 1
    server.set_password(ROLE, tokens.made[0].replace("=0", "=1"))
    assert database.read(who) == ROLE
    assert len(tokens.made) == 2
    wall.now -= 86_400  # a clock that was put back makes nothing younger
    server.set_password(ROLE, tokens.made[0].replace("=0", "=2"))
    assert database.read(who) == ROLE
    assert len(tokens.made) == 3
    database.close()


@pytest.mark.parametrize("policy", ["invocation", "proxy"])
def test_a_token_that_the_server_takes_no_more_is_made_anew_once(
    server: DebianServer, tokens: Tokens, policy: str
) -> None:
    database = build_database(token_login(server, tokens), policy)  # type: ignore[arg-type]  # one of the names
    assert database.read(who) == ROLE
    server.set_password(ROLE, tokens.made[0].replace("=0", "=1"))
    end_sessions(server)
    assert database.read(who) == ROLE
    assert len(tokens.made) == 2
    server.set_password(ROLE, "none of them")
    end_sessions(server)
    with pytest.raises(DatabaseUnavailable):
        database.read(who)
    assert len(tokens.made) == 3
    database.close()


def test_the_token_is_the_one_that_aws_takes_for_the_host_port_and_user() -> None:
    host = "proxy.proxy-abc.eu-west-1.rds.amazonaws.com"
    environment = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_REGION": "us-east-1"}
    settings = Settings(database_url=f"postgresql://todo@{host}/todo", database_login="iam")
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    found = find_login(settings, environment, lambda: moment)
    assert isinstance(found, TokenLogin)
    url = found.current()
    assert url.password == aws.rds_auth_token(
        host, 5432, "todo", region="eu-west-1", credentials=aws.Credentials("A", "S"), now=moment
    )
    assert url.query == {"sslmode": "verify-full", "sslrootcert": "system"}
    moment += timedelta(minutes=5)
    assert found.current() is url
    found.forget()
    assert found.current().password != url.password


@pytest.mark.parametrize("address", ["postgresql://host.example/todo", "postgresql:///todo?host=/tmp"])
def test_an_address_that_no_token_can_be_made_for_says_what_it_needs(address: str) -> None:
    found = find_login(Settings(database_url=address, database_login="iam"), {"AWS_REGION": "eu-west-1"})
    assert isinstance(found, TokenLogin)
    with pytest.raises(LoginUnavailable, match="host and a user") as caught:
        found.current()
    assert not caught.value.transient


def test_aws_that_does_not_answer_for_a_moment_is_asked_again(server: DebianServer) -> None:
    answers: list[str | LoginUnavailable] = [LoginUnavailable("no answer", transient=True), secret_for(server, "first")]

    def read() -> str:
        answer = answers.pop(0)
        if isinstance(answer, LoginUnavailable):
            raise answer
        return answer

    database = build_database(SecretLogin("the secret", read), "invocation")
    with deadline_in(10):
        assert database.read(who) == ROLE
    database.close()


@pytest.mark.parametrize("transient", [True, False])
def test_a_login_that_is_not_to_be_had_is_an_unavailable_database(transient: bool) -> None:
    def read() -> str:
        raise LoginUnavailable("AccessDenied", transient=transient)

    database = build_database(SecretLogin("the secret", read), "invocation")
    with deadline_in(1.5), pytest.raises(DatabaseUnavailable) as caught:
        database.read(who)
    assert "AccessDenied" not in str(caught.value)
    database.close()


def test_a_server_that_cannot_prove_who_it_is_is_told_no_password(server: DebianServer) -> None:
    known = {**server.url.query, "hostaddr": "127.0.0.1"}
    stranger = server.url.set(username=ROLE, password="first", host="elsewhere.example", query=known)
    unknown = server.url.set(username=ROLE, query={"sslmode": "verify-full", "sslrootcert": "system"})
    for url in (stranger, unknown):
        database = build_database(url, "invocation")
        with deadline_in(3), pytest.raises(DatabaseUnavailable):
            database.read(who)
        database.close()
