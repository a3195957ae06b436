"""Amazon SES over a socket: as moto plays it, and as it refuses."""

import json
from collections.abc import Iterator
from email import message_from_string
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from loopback import Answering, answering
from moto_server import REGION, MotoServer

from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.delivery.ses import SesMailer

SENDER = "To-do <todo@example.org>"


def mail(to: str = "ann@example.org") -> Message:
    return Message(uuid4(), to, "Reminder: Zwölf", "Grüße", "<p>Grüße</p>", "en")


def mailer(url: str, **options: str) -> SesMailer:
    client = boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=2, connect_timeout=2),
    )
    return SesMailer(SENDER, client=client, **options)  # type: ignore[arg-type]  # the options are text


@pytest.fixture
def ses() -> Iterator[Answering]:
    """Something that answers as it is told."""
    with answering() as server:
        yield server


def test_a_mail_arrives_as_it_was_written(moto: MotoServer) -> None:
    moto.verify_sender("todo@example.org")
    message = mail(f"ann-{uuid4()}@example.org")
    mailer(moto.url).send(message)
    (sent,) = [each for each in moto.mails() if message.to in json.dumps(each)]
    read = message_from_string(sent["raw_data"])
    assert (read["To"], read["Content-Language"]) == (message.to, "en")
    assert read["Message-ID"] == f"<{message.id}@example.org>"


def test_a_sender_that_is_not_verified_waits_for_somebody_to_verify_it(moto: MotoServer) -> None:
    client = SesMailer("Nobody <nobody@unverified.example>", client=mailer(moto.url)._client())
    with pytest.raises((MailDelayed, MailRefused)):
        client.send(mail())


def refuse(ses: Answering, status: int, code: str) -> None:
    ses.status, ses.answer = status, json.dumps({"__type": code, "message": "about ann@example.org"}).encode()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequestsException"),
        (400, "LimitExceededException"),
        (400, "ThrottlingException"),
        (400, "AccountSuspendedException"),
        (400, "SendingPausedException"),
        (400, "MailFromDomainNotVerifiedException"),
        (404, "NotFoundException"),
        (403, "AccessDeniedException"),
        (403, "ExpiredTokenException"),
        (500, "InternalServiceErrorException"),
        (503, "MessageRejected"),
    ],
)
def test_what_may_be_over_in_a_while_delays_the_mail(ses: Answering, status: int, code: str) -> None:
    refuse(ses, status, code)
    with pytest.raises(MailDelayed) as caught:
        mailer(ses.url).send(mail())
    assert "ann@example.org" not in str(caught.value)


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_what_is_about_the_mail_itself_refuses_it(ses: Answering, code: str) -> None:
    refuse(ses, 400, code)
    with pytest.raises(MailRefused, match=code) as caught:
        mailer(ses.url).send(mail())
    assert "ann@example.org" not in str(caught.value)


def test_a_mail_server_that_is_away_delays_the_mail(ses: Answering) -> None:
    with pytest.raises(MailDelayed, match="cannot be reached"):
        mailer("http://127.0.0.1:1").send(mail())
    assert not ses.received


def test_what_came_back_is_heard_of_through_the_configuration_set(ses: Answering) -> None:
    ses.answer = b'{"MessageId": "1"}'
    mailer(ses.url, configuration_set="todo-set").send(mail())
    (request,) = ses.received
    body = json.loads(request.body)
    assert body["ConfigurationSetName"] == "todo-set"
    assert "Raw" in body["Content"]
