"""Messages reach a queue over real sockets, ten a request, and what does not is counted."""

import json
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest import mock

import pytest
from aws_calls import CREDENTIALS, NEVER_TOLD, NOW, refusal
from loopback import Received, Serving, serving
from moto_server import REGION, MotoServer

from todo.aws import AwsError, send_messages, signed_headers

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/todo"
Respond = Callable[[Received], tuple[int, bytes]]


def sent_in(received: Received) -> dict[str, str]:
    return {entry["Id"]: entry["MessageBody"] for entry in json.loads(received.body)["Entries"]}


def taken(received: Received) -> tuple[int, bytes]:
    """What SQS answers when it took every message."""
    return 200, json.dumps({"Successful": [{"Id": name} for name in sent_in(received)], "Failed": []}).encode()


def one_after_the_other(*answers: Respond | tuple[int, bytes]) -> AbstractContextManager[Serving]:
    """A queue that gives these answers, and then takes everything."""
    left = list(answers)

    def respond(received: Received) -> tuple[int, bytes]:
        answer = left.pop(0) if left else taken
        return answer if isinstance(answer, tuple) else answer(received)

    return serving(respond)


def refused(status: int, kind: str) -> tuple[int, bytes]:
    return status, json.dumps({"__type": kind, "message": " ".join(NEVER_TOLD)}).encode()


def some_fail(code: str, *names: str, sender: bool = False) -> Respond:
    def respond(received: Received) -> tuple[int, bytes]:
        failed = [{"Id": name, "Code": code, "SenderFault": sender, "Message": str(NEVER_TOLD)} for name in names]
        successful = [{"Id": name} for name in sent_in(received) if name not in names]
        return 200, json.dumps({"Successful": successful, "Failed": failed}).encode()

    return respond


def send(queue: Serving, bodies: list[str], url: str = QUEUE, **options: Any) -> None:
    send_messages(url, bodies, CREDENTIALS, now=NOW, endpoint=queue.url, **options)


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_messages_travel_ten_a_request_over_one_connection() -> None:
    with serving(taken) as queue:
        send(queue, numbers(25))
    assert [list(sent_in(received).values()) for received in queue.received] == [
        numbers(25)[:10],
        numbers(25)[10:20],
        numbers(25)[20:],
    ]
    assert queue.connections == 1
    assert {json.loads(received.body)["QueueUrl"] for received in queue.received} == {QUEUE}


def test_nothing_to_send_asks_nobody() -> None:
    with serving(taken) as queue:
        send(queue, [])
    assert queue.connections == 0


def test_a_body_arrives_as_it_was_given() -> None:
    body = json.dumps({"kind": "job", "id": "ü€😀\n"}, ensure_ascii=False)
    with serving(taken) as queue:
        send(queue, [body])
    assert sent_in(queue.received[0]) == {"0": body}


def test_what_arrives_is_what_botocore_would_have_sent() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    config = pytest.importorskip("botocore.config").Config(retries={"max_attempts": 0})
    auth = pytest.importorskip("botocore.auth")
    bodies = ['{"kind": "job"}', "ü€😀", '"\\']
    with serving(taken) as queue:
        send(queue, bodies)
        client = session.create_client(
            "sqs",
            region_name="eu-west-1",
            endpoint_url=queue.url,
            aws_access_key_id=CREDENTIALS.access_key_id,
            aws_secret_access_key=CREDENTIALS.secret_access_key,
            aws_session_token=CREDENTIALS.session_token,
            config=config,
        )
        with mock.patch.object(auth, "get_current_datetime", return_value=NOW):
            client.send_message_batch(
                QueueUrl=QUEUE, Entries=[{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
            )
        client.close()
    ours, theirs = queue.received
    assert (ours.method, ours.path, ours.body) == (theirs.method, theirs.path, theirs.body)
    names = ("content-type", "x-amz-target", "x-amz-date", "x-amz-security-token")
    assert {name: ours.headers[name] for name in names} == {name: theirs.headers[name] for name in names}
    # It signs one header more, which asks for the error codes of an older protocol.
    again = signed_headers(
        "POST",
        f"{queue.url}/",
        headers={name: theirs.headers[name] for name in ("content-type", "x-amz-target", "x-amzn-query-mode")},
        body=theirs.body,
        credentials=CREDENTIALS,
        region="eu-west-1",
        service="sqs",
        now=NOW,
    )
    assert again["authorization"] == theirs.headers["authorization"]


@pytest.mark.parametrize(
    ("url", "region", "dual_stack", "host"),
    [
        (QUEUE, None, False, "sqs.eu-west-1.amazonaws.com"),
        (QUEUE, "us-east-1", True, "sqs.eu-west-1.api.aws"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", None, True, "sqs.cn-north-1.api.amazonwebservices.com.cn"),
        ("https://sqs.us-gov-west-1.api.aws/1/q", None, False, "sqs.us-gov-west-1.amazonaws.com"),
        ("https://queue.example/1/q", "eu-west-1", False, "sqs.eu-west-1.amazonaws.com"),
    ],
)
def test_the_regions_own_endpoint_is_asked_whatever_the_queues_host(
    url: str, region: str | None, dual_stack: bool, host: str
) -> None:
    with mock.patch("socket.create_connection", side_effect=ConnectionRefusedError("refused")) as connect:
        error = refusal(lambda: send_messages(url, ["a"], CREDENTIALS, now=NOW, region=region, dual_stack=dual_stack))
    assert connect.call_args.args[0] == (host, 443)
    assert host in str(error)
    assert error.transient


@pytest.mark.parametrize(
    "trouble",
    [refused(503, "ServiceUnavailable"), refused(400, "com.amazonaws.sqs#RequestThrottled"), (500, b"<p>"), (0, b"")],
    ids=["unavailable", "throttled", "no JSON", "hung up"],
)
def test_a_moments_trouble_is_tried_once_more(trouble: tuple[int, bytes]) -> None:
    with one_after_the_other(trouble) as queue:
        send(queue, numbers(2))
    assert len(queue.received) == 2
    with one_after_the_other(trouble, trouble) as queue:
        error = refusal(lambda: send(queue, numbers(2)))
    assert error.transient
    assert "2 of 2 messages" in str(error)


def test_what_failed_of_a_batch_is_sent_once_more_alone() -> None:
    with one_after_the_other(some_fail("InternalError", "1", "3")) as queue:
        send(queue, list("abcd"))
    assert sent_in(queue.received[1]) == {"1": "b", "3": "d"}


def test_what_fails_twice_is_counted_with_what_comes_after_it() -> None:
    fails = some_fail("InternalError", "7")
    with one_after_the_other(taken, fails, fails) as queue:
        error = refusal(lambda: send(queue, numbers(34)))
    assert "15 of 34 messages" in str(error)
    assert error.transient
    assert error.code == "InternalError"


def test_a_message_that_is_at_fault_itself_is_not_tried_again() -> None:
    with one_after_the_other(some_fail("InvalidMessageContents", "0", sender=True)) as queue:
        error = refusal(lambda: send(queue, ["\x01"]))
    assert len(queue.received) == 1
    assert not error.transient
    assert "InvalidMessageContents" in str(error)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("com.amazonaws.sqs#QueueDoesNotExist", "check the URL"),
        ("com.amazon.coral.service#AccessDeniedException", "sqs:SendMessage"),
        ("InvalidSignatureException", "clock"),
        ("com.amazonaws.sqs#KmsAccessDenied", "kms:GenerateDataKey"),
        ("NewlyInvented", "SendMessageBatch"),
    ],
)
def test_a_refusal_says_which_queue_which_code_and_what_to_do(kind: str, told: str) -> None:
    with one_after_the_other(refused(400, kind)) as queue:
        error = refusal(lambda: send(queue, numbers(3)))
    assert len(queue.received) == 1
    assert not error.transient
    assert error.code == kind.rpartition("#")[2]
    assert all(part in str(error) for part in (QUEUE, error.code, "HTTP 400", told, "3 of 3"))


@pytest.mark.parametrize("answer", [b"", b"[]", b'{"Failed": 7}', b'{"Failed": ["0"]}', b'{"Failed": null}'])
def test_garbage_is_an_error(answer: bytes) -> None:
    with one_after_the_other((200, answer), (200, answer)) as queue:
        error = refusal(lambda: send(queue, ["a"]))
    assert "is not a JSON object" in str(error)


@pytest.mark.parametrize("url", ["", "todo", "https://sqs.eu-west-1.amazonaws.com", "ftp://a/b", "https://a/b c"])
def test_what_is_no_url_of_a_queue_is_an_error(url: str) -> None:
    with pytest.raises(AwsError, match="queue's URL"):
        send_messages(url, ["a"], CREDENTIALS, now=NOW, region=REGION)


def test_a_queue_without_a_region_says_what_to_set() -> None:
    assert "AWS_REGION" in str(refusal(lambda: send_messages("http://127.0.0.1/1/q", ["a"], CREDENTIALS, now=NOW)))


def test_ten_thousand_messages_take_a_few_seconds() -> None:
    # Not moto: what it does for a message grows with the messages that it holds.
    bodies = [json.dumps({"kind": "job", "id": str(uuid.UUID(int=number))}) for number in range(10_000)]
    start = time.monotonic()
    with serving(taken) as queue:
        send(queue, bodies)
    assert time.monotonic() - start < 30
    assert [body for received in queue.received for body in sent_in(received).values()] == bodies
    assert queue.connections == 1


# What moto takes


def test_messages_that_were_sent_can_be_received(moto: MotoServer) -> None:
    queue_url = moto.make_queue(f"todo-{uuid.uuid4()}")
    bodies = [f"{number} ü€😀" for number in range(25)]
    send_messages(queue_url, bodies, CREDENTIALS, now=NOW, region=REGION, endpoint=moto.url)
    assert sorted(moto.messages(queue_url)) == sorted(bodies)


def test_a_queue_that_there_is_not_is_told_by_its_code(moto: MotoServer) -> None:
    url = f"{moto.url}/123456789012/{uuid.uuid4()}"
    error = refusal(lambda: send_messages(url, ["a"], CREDENTIALS, now=NOW, region=REGION, endpoint=moto.url))
    assert error.code == "QueueDoesNotExist"
    assert not error.transient
    assert url in str(error)
