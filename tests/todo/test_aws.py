"""The signature is botocore's, byte for byte; a secret is read over a real socket, and never told on."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todo.aws import AwsError, Credentials, endpoint_from, get_secret_value, region_from, signed_headers

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:todo/db-AbCdEf"
SECRET = '{"username":"todo","password":"pässword-of-the-database"}'
CREDENTIALS = Credentials("AKIDEXAMPLE", "secret-access-key", "session-token")
NEVER_TOLD = ("pässword-of-the-database", "secret-access-key", "session-token")

_STORED = Path(__file__).with_name("sigv4-vectors.json").read_text(encoding="utf-8")
VECTORS: list[dict[str, Any]] = json.loads(_STORED)["vectors"]


def _signed(vector: dict[str, Any]) -> str:
    return signed_headers(
        vector["method"],
        vector["url"],
        headers=vector["headers"],
        body=vector["body"].encode(),
        credentials=Credentials(vector["access_key_id"], vector["secret_access_key"], vector["session_token"]),
        region=vector["region"],
        service=vector["service"],
        now=datetime.fromisoformat(vector["now"]),
    )["authorization"]


def _signed_by_botocore(vector: dict[str, Any]) -> str:
    """What botocore writes; this also made `authorization` in sigv4-vectors.json."""
    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    request = awsrequest.AWSRequest(
        vector["method"], vector["url"], headers=vector["headers"], data=vector["body"].encode()
    )
    keys = (vector["access_key_id"], vector["secret_access_key"], vector["session_token"])
    now = datetime.fromisoformat(vector["now"]).astimezone(UTC)
    with mock.patch.object(auth, "get_current_datetime", return_value=now):
        auth.SigV4Auth(credentials.Credentials(*keys), vector["service"], vector["region"]).add_auth(request)
    return str(request.headers["Authorization"])


# The signature


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["about"] for vector in VECTORS])
def test_signs_as_botocore_did(vector: dict[str, Any]) -> None:
    assert _signed(vector) == vector["authorization"]


def test_signs_the_first_request_of_the_suite_that_aws_publishes_as_aws_does() -> None:
    assert _signed(VECTORS[0]).endswith("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


def test_the_stored_signatures_are_those_of_the_installed_botocore() -> None:
    assert [vector["authorization"] for vector in VECTORS] == [_signed_by_botocore(v) for v in VECTORS]


_printable = st.characters(min_codepoint=33, max_codepoint=126)
_segment = st.text(st.sampled_from("abcXYZ019-._~%!$&'()*+,;=:@é漢"), max_size=8)
_name = st.text(st.sampled_from("abcXYZ019-"), min_size=1, max_size=12).map(lambda text: f"X-{text}")
_vectors = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "put", "DELETE"]),
        "url": st.builds(
            "{}://{}{}{}{}".format,
            st.sampled_from(["https", "http"]),
            st.sampled_from(["example.amazonaws.com", "EXAMPLE.com", "127.0.0.1", "[::1]"]),
            st.sampled_from(["", ":80", ":443", ":8443"]),
            st.lists(_segment | st.sampled_from([".", ".."]), max_size=5).map(
                lambda segments: "".join(f"/{segment}" for segment in segments)
            ),
            st.just("") | st.lists(_segment, min_size=1, max_size=5).map(lambda pairs: "?" + "&".join(pairs)),
        ),
        "headers": st.lists(
            st.tuples(_name, st.text(st.sampled_from("abc XYZ\t09;=/é"), max_size=20)),
            max_size=5,
            unique_by=lambda pair: pair[0].lower(),
        ).map(dict),
        "body": st.text(max_size=200),
        "access_key_id": st.text(_printable, min_size=1, max_size=20),
        "secret_access_key": st.text(_printable, min_size=1, max_size=40),
        "session_token": st.none() | st.text(_printable, min_size=1, max_size=400),
        "region": st.sampled_from(["us-east-1", "eu-central-2", "cn-north-1", "us-gov-west-1"]),
        "service": st.sampled_from(["secretsmanager", "sqs", "execute-api"]),
        "now": st.datetimes(
            min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is drawn on the next line
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5.5))]),
        ).map(datetime.isoformat),
    }
)


@settings(deadline=None)
@given(vector=_vectors)
def test_signs_any_request_as_botocore_does(vector: dict[str, Any]) -> None:
    assert _signed(vector) == _signed_by_botocore(vector)


def test_sends_what_it_signed_under_lower_case_names() -> None:
    headers = signed_headers(
        "POST",
        "http://127.0.0.1:5000/",
        headers={"Content-Type": "text/plain"},
        body=b"",
        credentials=CREDENTIALS,
        region="eu-west-1",
        service="sqs",
        now=NOW,
    )
    assert headers.pop("authorization").startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/")
    assert headers == {
        "content-type": "text/plain",
        "host": "127.0.0.1:5000",
        "x-amz-date": "20261123T100000Z",
        "x-amz-security-token": "session-token",
    }


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        _signed(VECTORS[0] | {"now": "2026-01-01T00:00:00"})


# Credentials, Region and endpoint


def test_credentials_are_read_from_a_mapping() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"}
    assert Credentials.from_mapping(environ) == Credentials("A", "S", "T")
    assert Credentials.from_mapping(environ | {"AWS_SESSION_TOKEN": ""}) == Credentials("A", "S", None)


def test_missing_credentials_are_named_and_present_ones_are_not_shown() -> None:
    with pytest.raises(AwsError, match="AWS_ACCESS_KEY_ID") as caught:
        Credentials.from_mapping({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "secret-access-key"})
    assert "secret-access-key" not in str(caught.value)


@pytest.mark.parametrize("bad", ["with space", "line\n", "line\r\nX-Other: 1", "é", "\x00"])
def test_credentials_that_no_header_can_carry_are_refused_without_being_told(bad: str) -> None:
    for values in (("A", "S", bad), ("A", bad, None), (bad, "S", None)):
        with pytest.raises(AwsError) as caught:
            Credentials(*values)
        assert bad not in str(caught.value)


def test_credentials_do_not_show_themselves() -> None:
    assert repr(CREDENTIALS) == "Credentials(access_key_id='AKIDEXAMPLE')"


def test_the_region_is_what_lambda_says_before_what_a_shell_says() -> None:
    assert region_from({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}) == "eu-west-1"
    assert region_from({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}) == "us-east-1"
    assert region_from({}) is None


def test_the_endpoint_of_one_service_goes_before_the_endpoint_of_all() -> None:
    both = {"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://one:1", "AWS_ENDPOINT_URL": "http://all:1"}
    assert endpoint_from(both, "SECRETS_MANAGER") == "http://one:1"
    assert endpoint_from(both, "SQS") == "http://all:1"
    assert endpoint_from({"AWS_ENDPOINT_URL": ""}, "SQS") is None
    assert endpoint_from(both | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}, "SQS") is None


# GetSecretValue


@dataclass
class FakeSecretsManager:
    """Answers POSTs on a loopback port with `status` and `answer`, and keeps what it was sent."""

    status: int = 200
    answer: bytes = json.dumps({"ARN": ARN, "SecretString": SECRET}).encode()
    url: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def ask(self, arn: str = ARN, **options: Any) -> str:
        return get_secret_value(arn, CREDENTIALS, now=NOW, endpoint=self.url, **options)


@pytest.fixture
def service() -> Iterator[FakeSecretsManager]:
    fake = FakeSecretsManager()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fake.paths.append(self.path)
            fake.headers.append({name.lower(): value for name, value in self.headers.items()})
            fake.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(fake.status)
            if 300 <= fake.status < 400:
                self.send_header("Location", fake.url)
            self.send_header("Content-Length", str(len(fake.answer)))
            self.end_headers()
            with suppress(ConnectionError):  # the client may have read enough
                self.wfile.write(fake.answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        fake.url = f"http://127.0.0.1:{server.server_port}"
        yield fake
        server.shutdown()
        thread.join()


@contextmanager
def _peer(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that accepts one connection, reads what arrives first, and does `talk`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                with listener.accept()[0] as connection:
                    connection.recv(65_536)
                    talk(connection)
            except OSError:
                pass  # the client went first

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


def _refusal(call: Callable[[], object]) -> AwsError:
    """The error of a call, after a look at everything that a traceback would print."""
    with pytest.raises(AwsError) as caught:
        call()
    told = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in NEVER_TOLD if secret in told]
    return caught.value


def test_returns_the_text_of_the_secret(service: FakeSecretsManager) -> None:
    assert service.ask() == SECRET
    assert service.paths == ["/"]
    assert [json.loads(body) for body in service.bodies] == [{"SecretId": ARN}]


def test_what_arrives_is_what_was_signed(service: FakeSecretsManager) -> None:
    service.ask()
    (arrived,), (body,) = service.headers, service.bodies
    scheme, credential, names, _signature = arrived["authorization"].replace(",", "").split()
    assert scheme == "AWS4-HMAC-SHA256"
    assert credential == "Credential=AKIDEXAMPLE/20261123/eu-west-1/secretsmanager/aws4_request"
    assert names == "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
    assert arrived["x-amz-date"] == "20261123T100000Z"
    assert arrived["x-amz-target"] == "secretsmanager.GetSecretValue"

    again = signed_headers(
        "POST",
        f"http://{arrived['host']}/",
        headers={name: arrived[name] for name in ("content-type", "x-amz-target")},
        body=body,
        credentials=CREDENTIALS,
        region="eu-west-1",
        service="secretsmanager",
        now=NOW,
    )
    assert again["authorization"] == arrived["authorization"]


def test_a_secret_is_found_by_its_name_in_the_given_region(service: FakeSecretsManager) -> None:
    assert service.ask("todo/db", region="us-gov-west-1") == SECRET
    assert "/us-gov-west-1/secretsmanager/" in service.headers[0]["authorization"]


def test_the_region_of_an_arn_goes_before_the_given_one(service: FakeSecretsManager) -> None:
    service.ask(region="us-east-1")
    assert "/eu-west-1/secretsmanager/" in service.headers[0]["authorization"]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "secretsmanager.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "secretsmanager.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "secretsmanager.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "secretsmanager.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_asks_the_region_itself_over_https_when_no_endpoint_is_given(region: str, host: str) -> None:
    with mock.patch("socket.create_connection", side_effect=ConnectionRefusedError("refused")) as connect:
        error = _refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW, region=region))
    assert connect.call_args.args[0] == (host, 443)
    assert host in str(error)


@pytest.mark.parametrize(
    ("status", "kind", "told", "transient"),
    [
        (400, "AccessDeniedException", "secretsmanager:GetSecretValue", False),
        (400, "com.amazonaws.secretsmanager#ResourceNotFoundException", "check the ARN", False),
        (400, "InvalidSignatureException", "clock", False),
        (400, "DecryptionFailure", "kms:Decrypt", False),
        (400, "ThrottlingException", "try again", True),
        (500, "InternalServiceError", "try again", True),
        (400, "NewlyInventedException", "GetSecretValue", False),
    ],
)
def test_a_refusal_says_which_secret_which_code_and_what_to_do(
    service: FakeSecretsManager, status: int, kind: str, told: str, transient: bool
) -> None:
    service.status = status
    service.answer = json.dumps({"__type": kind, "Message": " ".join(NEVER_TOLD)}).encode()
    error = _refusal(service.ask)
    assert error.code == kind.rpartition("#")[2]
    assert error.transient is transient
    assert all(part in str(error) for part in (ARN, error.code, f"HTTP {status}", told))


@pytest.mark.parametrize("kind", [None, 7, "", "<b>", "x" * 65, "pässword-of-the-database"])
def test_an_error_code_that_is_none_is_not_repeated(service: FakeSecretsManager, kind: object) -> None:
    service.status = 400
    service.answer = json.dumps({"__type": kind}).encode()
    error = _refusal(service.ask)
    assert error.code is None
    assert "no error code (HTTP 400)" in str(error)


@pytest.mark.parametrize(("status", "transient"), [(404, False), (429, True), (502, True), (503, True)])
def test_an_error_that_is_not_json_is_told_by_its_status(
    service: FakeSecretsManager, status: int, transient: bool
) -> None:
    service.status, service.answer = status, f"<p>{NEVER_TOLD}</p>".encode()
    error = _refusal(service.ask)
    assert f"HTTP {status}" in str(error)
    assert error.transient is transient


def test_a_redirect_is_an_error_and_is_not_followed(service: FakeSecretsManager) -> None:
    service.status = 307
    assert "HTTP 307" in str(_refusal(service.ask))
    assert len(service.paths) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"null", b"[]", b"\xff\xfe", b'{"SecretString": "p\xc3\xa4ssword-of-the-database', b"[" * 200_000],
    ids=["nothing", "null", "an array", "no UTF-8", "half of it", "depth"],
)
def test_garbage_is_an_error_that_does_not_repeat_it(service: FakeSecretsManager, answer: bytes) -> None:
    service.answer = answer
    assert "not a JSON object" in str(_refusal(service.ask))


def test_a_reply_without_bounds_is_given_up(service: FakeSecretsManager) -> None:
    service.answer = b'{"SecretString": "' + b"x" * 8_000_000 + b'"}'
    assert "larger than 524288 bytes" in str(_refusal(service.ask))


def test_the_largest_secret_there_can_be_is_read(service: FakeSecretsManager) -> None:
    service.answer = json.dumps({"ARN": ARN, "Name": "todo/db", "SecretString": "\x01" * 65_536}).encode()
    assert service.ask() == "\x01" * 65_536


@pytest.mark.parametrize(("content", "told"), [({"SecretBinary": "c2VjcmV0"}, "binary"), ({}, "no text")])
def test_a_secret_that_is_not_text_is_told_so(service: FakeSecretsManager, content: dict[str, str], told: str) -> None:
    service.answer = json.dumps(content).encode()
    error = str(_refusal(service.ask))
    assert told in error
    assert "c2VjcmV0" not in error


def test_a_server_that_hangs_up_is_a_transient_error() -> None:
    with _peer(socket.socket.close) as url:
        error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url))
    assert error.transient
    assert ARN in str(error)


def test_a_server_that_does_not_speak_http_is_not_repeated() -> None:
    with _peer(lambda connection: connection.sendall("pässword-of-the-database\r\n".encode())) as url:
        error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url))
    assert "not HTTP (BadStatusLine)" in str(error)


def _read_to_end(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def test_a_silent_server_is_given_up_after_the_timeout() -> None:
    # It reads until the client hangs up.
    with _peer(_read_to_end) as url:
        error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url, timeout=0.1))
    assert "no answer in 0.1 s" in str(error)
    assert error.transient


def test_a_body_that_trickles_in_is_given_up_after_the_timeout() -> None:
    given_up = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not given_up.wait(0.02):
            connection.sendall(b" ")

    with _peer(trickle) as url:
        error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url, timeout=0.2))
        given_up.set()
    assert "no answer in 0.2 s" in str(error)


def test_no_listener_is_a_transient_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url))
    assert error.transient
    assert "ConnectionRefusedError" in str(error)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    made = tmp_path / "both.pem"
    key = f"-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {made}"
    subject = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    command = f"openssl req -x509 -days 2 -out {made}.crt {key} {subject}"
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{made}.crt", made)
    received: list[bytes] = []

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection = listener.accept()[0]
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    received.append(tls.recv(65_536))
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        error = _refusal(lambda: get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url))
        thread.join()
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert received in ([], [b""])


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://todo:pässword-of-the-database@db/todo",
        "a b",
        "",
        "x" * 513,
        "arn:aws:s3:::bucket",
        "n\n",
    ],
)
def test_what_is_no_name_of_a_secret_is_not_repeated_since_it_may_be_the_secret(name: str) -> None:
    error = _refusal(lambda: get_secret_value(name, CREDENTIALS, now=NOW, region="eu-west-1"))
    assert "neither an ARN" in str(error)
    assert not name or name not in str(error)


@pytest.mark.parametrize("region", ["evil.example.com/", "eu-west-1.evil.example", "EU-WEST-1", "x" * 99])
def test_a_region_cannot_turn_the_request_to_another_host(region: str) -> None:
    assert "is not a Region" in str(_refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW, region=region)))


def test_a_name_without_a_region_says_what_to_set() -> None:
    assert "AWS_REGION" in str(_refusal(lambda: get_secret_value("todo/db", CREDENTIALS, now=NOW)))


@pytest.mark.parametrize(
    "endpoint",
    [
        "ftp://a",
        "127.0.0.1:5000",
        "http://",
        "http://a:99999",
        "http://u:p@a",
        "http://a?b",
        "http://[",
        "http://é",
    ],
)
def test_an_endpoint_that_cannot_be_asked_is_an_error(endpoint: str) -> None:
    with pytest.raises(AwsError, match="endpoint"):
        get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=endpoint)
