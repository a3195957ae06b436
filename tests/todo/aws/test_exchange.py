"""Whatever answers a call, or does not, the call ends in time with an error that repeats nothing."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from aws_calls import ARN, CREDENTIALS, NEVER_TOLD, NOW, refusal
from loopback import Answering, answering, peer

from todo.aws import get_credentials, get_secret_value


class Call(Protocol):
    def __call__(self, url: str, timeout: float = 5.0) -> object: ...


def _ask_for_a_secret(url: str, timeout: float = 5.0) -> object:
    return get_secret_value(ARN, CREDENTIALS, now=NOW, endpoint=url, timeout=timeout)


def _ask_for_credentials(url: str, timeout: float = 5.0) -> object:
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/role",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token-of-the-container",
    }
    return get_credentials(environ, timeout=timeout)


@pytest.fixture(params=[_ask_for_a_secret, _ask_for_credentials], ids=["secret", "credentials"])
def ask(request: pytest.FixtureRequest) -> Call:
    """Each call in turn."""
    call: Call = request.param
    return call


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as running:
        yield running


@pytest.mark.parametrize(("status", "transient"), [(404, False), (429, True), (500, True), (502, True), (503, True)])
def test_an_error_that_is_not_json_is_told_by_its_status(
    ask: Call, server: Answering, status: int, transient: bool
) -> None:
    server.status, server.answer = status, f"<p>{NEVER_TOLD}</p>".encode()
    error = refusal(lambda: ask(server.url))
    assert f"HTTP {status}" in str(error)
    assert error.transient is transient
    assert ("try again" in str(error)) is transient


def test_a_redirect_is_an_error_and_is_not_followed(ask: Call, server: Answering) -> None:
    server.status = 307
    error = refusal(lambda: ask(server.url))
    assert "HTTP 307" in str(error)
    assert not error.transient
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"null", b"[]", b"\xff\xfe", b'{"SecretString": "p\xc3\xa4ssword-of-the-database', b"[" * 200_000],
    ids=["nothing", "null", "an array", "no UTF-8", "half of it", "depth"],
)
def test_garbage_is_an_error_that_does_not_repeat_it(ask: Call, server: Answering, answer: bytes) -> None:
    server.answer = answer
    error = refusal(lambda: ask(server.url))
    assert "not a JSON object" in str(error)
    assert error.transient


def test_a_reply_without_bounds_is_given_up(ask: Call, server: Answering) -> None:
    server.answer = b'{"SecretString": "' + b"x" * 8_000_000 + b'"}'
    assert "larger than 524288 bytes" in str(refusal(lambda: ask(server.url)))


def test_a_server_that_hangs_up_is_a_transient_error(ask: Call) -> None:
    with peer(socket.socket.close) as url:
        error = refusal(lambda: ask(url))
    assert error.transient
    assert url.removeprefix("http://") in str(error)


def test_a_server_that_does_not_speak_http_is_not_repeated(ask: Call) -> None:
    with peer(lambda connection: connection.sendall("pässword-of-the-database\r\n".encode())) as url:
        error = refusal(lambda: ask(url))
    assert "not HTTP (BadStatusLine)" in str(error)


def _read_to_end(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def test_a_silent_server_is_given_up_after_the_timeout(ask: Call) -> None:
    # It reads until the client hangs up.
    with peer(_read_to_end) as url:
        error = refusal(lambda: ask(url, timeout=0.1))
    assert "no answer in 0.1 s" in str(error)
    assert error.transient


def test_a_body_that_trickles_in_is_given_up_after_the_timeout(ask: Call) -> None:
    given_up = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not given_up.wait(0.02):
            connection.sendall(b" ")

    with peer(trickle) as url:
        error = refusal(lambda: ask(url, timeout=0.2))
        given_up.set()
    assert "no answer in 0.2 s" in str(error)


def test_no_listener_is_a_transient_error(ask: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = refusal(lambda: ask(f"http://127.0.0.1:{port}"))
    assert error.transient
    assert "ConnectionRefusedError" in str(error)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example"])
def test_a_host_that_no_name_server_can_be_asked_for_is_an_error(ask: Call, host: str) -> None:
    error = refusal(lambda: ask(f"https://{host}"))
    assert "not a name" in str(error)
    assert not error.transient


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(ask: Call, tmp_path: Path) -> None:
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
        error = refusal(lambda: ask(f"https://127.0.0.1:{listener.getsockname()[1]}"))
        thread.join()
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert received in ([], [b""])
