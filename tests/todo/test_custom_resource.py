"""What CloudFormation is told."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from todo import custom_resource
from todo.custom_resource import Answer

EVENT = {
    "RequestType": "Update",
    "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/todo/51af3dc0",
    "RequestId": "5d478078",
    "LogicalResourceId": "Migration",
}


class Bucket(ThreadingHTTPServer):
    """Where the signed URL leads: `refusals` are the statuses that the first requests get."""

    daemon_threads = True

    def __init__(self, *refusals: int) -> None:
        self.refusals = list(refusals)
        self.received: list[tuple[str, str | None, Any]] = []
        bucket = self

        class Requests(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                bucket.received.append((self.path, self.headers["Content-Type"], body))
                self.send_response(bucket.refusals.pop(0) if bucket.refusals else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Nothing."""

        super().__init__(("127.0.0.1", 0), Requests)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/answer?X-Amz-Signature=hunter2&X-Amz-Expires=7200"


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    with Bucket(*getattr(request, "param", ())) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todo.custom_resource.time.sleep", lambda _seconds: None)


def test_the_answer_says_what_was_asked_and_what_came_of_it(bucket: Bucket) -> None:
    answer = Answer("SUCCESS", "At revision 0002.", {"Revision": "0002"})
    custom_resource.send(EVENT | {"ResponseURL": bucket.url}, answer, "todo-schema")
    ((path, content_type, body),) = bucket.received
    assert path == "/answer?X-Amz-Signature=hunter2&X-Amz-Expires=7200"
    assert content_type == ""  # what the URL was signed for
    assert body == {
        "Status": "SUCCESS",
        "Reason": "At revision 0002.",
        "PhysicalResourceId": "todo-schema",
        "StackId": EVENT["StackId"],
        "RequestId": "5d478078",
        "LogicalResourceId": "Migration",
        "Data": {"Revision": "0002"},
    }


def test_the_resource_keeps_its_name(bucket: Bucket) -> None:
    """Another one would make CloudFormation delete the old resource."""
    custom_resource.send(
        EVENT | {"ResponseURL": bucket.url, "PhysicalResourceId": "earlier"}, Answer("FAILED", "no"), "todo-schema"
    )
    assert bucket.received[0][2]["PhysicalResourceId"] == "earlier"


@pytest.mark.parametrize("bucket", [(503, 500)], indirect=True)
def test_an_answer_that_is_not_taken_is_given_again(bucket: Bucket) -> None:
    custom_resource.send(EVENT | {"ResponseURL": bucket.url}, Answer("SUCCESS"), "todo-schema")
    assert len(bucket.received) == 3


def test_a_bucket_that_is_down_is_logged_without_the_signed_address(caplog: pytest.LogCaptureFixture) -> None:
    with Bucket() as gone:
        url = gone.url
    with caplog.at_level(logging.WARNING, "todo"):
        custom_resource.send(EVENT | {"ResponseURL": url}, Answer("FAILED", "no"), "todo-schema")
    assert "CloudFormation was not told" in caplog.text
    assert "hunter2" not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_an_endless_reason_is_cut_to_what_cloudformation_takes(bucket: Bucket) -> None:
    custom_resource.send(EVENT | {"ResponseURL": bucket.url}, Answer("FAILED", "ü" * 100_000), "todo-schema")
    assert len(json.dumps(bucket.received[0][2], ensure_ascii=False).encode()) <= 4096
    custom_resource.send(EVENT | {"ResponseURL": bucket.url}, Answer("FAILED", "x" * 100_000), "todo-schema")
    assert bucket.received[1][2]["Reason"] == "x" * 1000


def test_an_event_sent_by_hand_is_answered_to_nobody() -> None:
    custom_resource.send({}, Answer("SUCCESS"), "todo-schema")
