"""The functions behind schedules and the queue as Lambda runs them, over PostgreSQL and AWS on sockets.

Two environments of each run at the same time, as happens when an event is delivered twice.
"""

import json
import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clients import LambdaDoor, Person, event_of
from clocks import MovableClock
from lambda_runtime import FunctionError, LambdaRuntime
from loopback import Received, serving
from moto_server import REGION, MotoServer
from postgresql import TcpServer, new_database, tcp_server
from sqlalchemy import URL, insert, select
from sqlalchemy.orm import Session

from todo.database import Database, build_database
from todo.migrations.run import migrate
from todo.models import Job, Reminder, Task, uuid7

PROVE = bool(os.environ.get("PROVE"))
MANY = 10_000 if PROVE else 1_000
SENDER = "To-do <todo@example.org>"


@pytest.fixture(scope="module")
def server() -> Iterator[TcpServer]:
    """PostgreSQL on loopback."""
    with tcp_server() as running:
        yield running


@pytest.fixture
def url(server: TcpServer) -> URL:
    """A migrated database of this test's own."""
    made = new_database(server.url.render_as_string(hide_password=False))
    database = build_database(made, "invocation")
    migrate(database.engine)
    database.close()
    return made


@pytest.fixture
def queue(moto: MotoServer) -> str:
    return moto.make_queue(f"jobs-{uuid.uuid4()}")


@pytest.fixture
def ann(url: URL) -> Iterator[Person]:
    with LambdaDoor(url, MovableClock()) as door:
        yield door.sign_up("ann@example.org", time_zone="Europe/Madrid")


def environment(name: str, url: URL, aws: str, queue: str, **variables: str) -> LambdaRuntime:
    given = {
        "TODO_DATABASE_URL": url.render_as_string(hide_password=False),
        "TODO_QUEUE_URL": queue,
        "TODO_MAIL_FROM": SENDER,
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIDFUNCTION",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "POWERTOOLS_METRICS_NAMESPACE": "Todo",
        "POWERTOOLS_SERVICE_NAME": "todo",
    }
    return LambdaRuntime(f"todo.entrypoints.{name}.handler", given | variables, time_limit=60)


def at_once(runtimes: list[LambdaRuntime], event: object) -> list[Any]:
    with ThreadPoolExecutor(len(runtimes)) as pool:
        return list(pool.map(lambda runtime: runtime.invoke(event), runtimes))


def due_a_minute_ago(database: Database, person: Person, count: int) -> None:
    """So many tasks of a person, each with a reminder of the same minute."""
    old = person.add(person.make_list(), "Pay the rent", reminders=[{"at": "2999-01-01T00:00:00Z"}])
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)

    def fill(session: Session) -> None:
        pattern = session.get_one(Task, uuid.UUID(old["id"]))
        columns = {name: getattr(pattern, name) for name in Task.__mapper__.columns.keys()}  # noqa: SIM118 - no mapping
        for _ in range(0, count, 1_000):
            rows = [columns | {"id": uuid7(minute)} for _ in range(min(count, 1_000))]
            session.execute(insert(Task), rows)
            reminders = [
                {"task_id": row["id"], "remind_at": minute, "account_id": uuid.UUID(person.id)} for row in rows
            ]
            session.execute(insert(Reminder), reminders)

    database.write(fill)


def records(bodies: list[str]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": f"receipt-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:jobs",
                "awsRegion": REGION,
            }
            for number, body in enumerate(bodies)
        ]
    }


def metrics(runtime: LambdaRuntime, name: str) -> list[float]:
    """The values of a metric, in the order in which the function printed them."""
    lines = [json.loads(line) for line in runtime.logs.splitlines() if line.startswith('{"_aws"') or '"_aws":' in line]
    return [value for line in lines if name in line for value in line[name]]


def take(request: Received) -> tuple[int, bytes]:
    """What SQS answers to SendMessageBatch; moto looks at all its messages for each new one, and takes hours for many.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
    """
    entries = json.loads(request.body)["Entries"]
    if request.headers["x-amz-target"] != "AmazonSQS.SendMessageBatch" or not 0 < len(entries) <= 10:
        return 400, b"{}"
    return 200, json.dumps({"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}).encode()


def test_two_schedules_at_once_queue_each_reminder_once_and_within_their_minute(url: URL, ann: Person) -> None:
    """As two deliveries of one event do. Unless PROVE is set, it is a tenth of what has to fit into 60 seconds."""
    database = build_database(url, "server")
    due_a_minute_ago(database, ann, MANY)
    with serving(take) as sqs:
        queue = f"{sqs.url}/123456789012/jobs"
        with environment("schedule", url, sqs.url, queue) as one, environment("schedule", url, sqs.url, queue) as two:
            began = time.monotonic()
            replies = at_once([one, two], {"job": "reminders", "scheduled_at": "2026-11-24T06:00:00Z"})
            took = time.monotonic() - began
            assert sum(reply["done"] for reply in replies) == MANY
            assert not any(reply["stopped_early"] for reply in replies)
            assert sum(sum(metrics(runtime, "ItemsDone")) for runtime in (one, two)) == MANY
    print(f"{MANY:,} reminders were claimed and queued by two functions in {took:.1f} s")  # noqa: T201 - with -s
    entries = [entry for request in sqs.received for entry in json.loads(request.body)["Entries"]]
    told = [json.loads(entry["MessageBody"])["id"] for entry in entries]
    written = database.read(lambda session: {str(job_id) for job_id in session.scalars(select(Job.id))})
    database.close()
    assert took < 60
    assert len(told) == MANY
    assert set(told) == written


def test_two_workers_with_the_same_messages_send_each_mail_once(
    url: URL, ann: Person, moto: MotoServer, queue: str
) -> None:
    moto.verify_sender("todo@example.org")
    database = build_database(url, "server")
    due_a_minute_ago(database, ann, 10)
    with environment("schedule", url, moto.url, queue) as schedule:
        assert schedule.invoke({"job": "reminders"})["done"] == 10
    bodies = moto.messages(queue)
    before = len(moto.mails())
    with environment("worker", url, moto.url, queue) as one, environment("worker", url, moto.url, queue) as two:
        at_once([one, two], records(bodies))
        assert sum(sum(metrics(runtime, "JobsDone")) for runtime in (one, two)) == 10
        assert "ann@example.org" not in one.logs + two.logs
        assert "Pay the rent" not in one.logs + two.logs
    states = database.read(lambda session: session.scalars(select(Job.state)).all())
    database.close()
    assert set(states) == {"done"}
    sent = moto.mails()[before:]
    assert len(sent) == 10
    assert all("ann@example.org" in mail["destinations"] for mail in sent)


def test_a_message_that_is_not_ours_comes_again_and_the_others_do_not(
    url: URL, ann: Person, moto: MotoServer, queue: str
) -> None:
    moto.verify_sender("todo@example.org")
    database = build_database(url, "server")
    due_a_minute_ago(database, ann, 2)
    database.close()
    with environment("schedule", url, moto.url, queue) as schedule:
        schedule.invoke({"job": "reminders"})
    bodies = [*moto.messages(queue), "hunter2", '{"kind": "job", "id": "hunter2"}']
    event = records(bodies)
    with environment("worker", url, moto.url, queue) as worker:
        failed = worker.invoke(event)["batchItemFailures"]
        assert sum(metrics(worker, "JobsDone")) == 2
        assert "hunter2" not in worker.logs
    assert [each["itemIdentifier"] for each in failed] == [record["messageId"] for record in event["Records"][2:]]


def test_a_poison_message_ends_in_the_dead_letter_queue(url: URL, moto: MotoServer) -> None:
    """With the redrive of the stack's template, as SQS itself counts."""
    dead = moto.make_queue(f"dead-{uuid.uuid4()}")
    arn = moto.sqs("GetQueueAttributes", QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue = moto.make_queue(f"jobs-{uuid.uuid4()}")
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    moto.sqs("SetQueueAttributes", QueueUrl=queue, Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})
    moto.sqs("SendMessage", QueueUrl=queue, MessageBody="hunter2")
    with environment("worker", url, moto.url, queue) as worker:
        for _ in range(3):
            (message,) = moto.sqs("ReceiveMessage", QueueUrl=queue)["Messages"]
            event = records([message["Body"]])
            assert len(worker.invoke(event)["batchItemFailures"]) == 1
    assert not moto.sqs("ReceiveMessage", QueueUrl=queue).get("Messages")
    assert moto.messages(dead) == ["hunter2"]


@pytest.mark.parametrize("job", ["reminders", "digest", "housekeeping", "alarm"])
def test_a_database_that_is_away_fails_the_invocation_and_lambda_tries_again(
    moto: MotoServer, queue: str, job: str
) -> None:
    away = URL.create("postgresql", "todo", "hunter2", "127.0.0.1", 1, "todo")
    with environment("schedule", away, moto.url, queue) as runtime:
        runtime.time_limit = 6
        with pytest.raises(FunctionError, match="DatabaseBusy"):
            runtime.invoke({"job": job})
        assert "hunter2" not in runtime.logs


def test_the_worker_keeps_the_messages_of_a_database_that_is_away(moto: MotoServer, queue: str) -> None:
    away = URL.create("postgresql", "todo", "hunter2", "127.0.0.1", 1, "todo")
    event = records([json.dumps({"kind": "job", "id": str(uuid.uuid4())})])
    with environment("worker", away, moto.url, queue) as runtime:
        runtime.time_limit = 6
        assert len(runtime.invoke(event)["batchItemFailures"]) == 1
        assert "hunter2" not in runtime.logs


def test_where_the_database_sleeps_the_alarm_follows_the_next_reminder(
    url: URL, ann: Person, moto: MotoServer, queue: str
) -> None:
    group = f"group-{uuid.uuid4().hex}"
    moto.make_schedule(
        group,
        "next",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        State="DISABLED",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:todo:live",
            "RoleArn": "arn:aws:iam::123456789012:role/schedule",
            "Input": '{"job": "alarm"}',
        },
    )
    variables = {"TODO_ALARM_SCHEDULE": f"{group}/next"}
    ann.add(ann.make_list(), "Pay the rent", reminders=[{"at": "2998-12-31T23:59:30Z"}])
    with environment("worker", url, moto.url, queue, **variables) as worker:
        assert worker.invoke(records(['{"kind": "arm"}'])) == {"batchItemFailures": []}
    armed = moto.schedule(group, "next")
    assert (armed["ScheduleExpression"], armed["State"]) == ("at(2999-01-01T00:00:00)", "ENABLED")
    assert armed["Target"]["Input"] == '{"job": "alarm"}'
    task = ann.get("/v1/tasks")[0]
    assert ann.ask("PATCH", task["url"], {"reminders": []}).status == 200
    with environment("schedule", url, moto.url, queue, **variables) as schedule:
        schedule.invoke({"job": "alarm"})
    assert moto.schedule(group, "next")["State"] == "DISABLED"


def test_setting_a_reminder_asks_for_the_alarm_where_the_database_sleeps(
    url: URL, moto: MotoServer, queue: str
) -> None:
    with environment("http", url, moto.url, queue, TODO_ALARM_SCHEDULE="group/next") as runtime:

        def ask(method: str, path: str, body: object, *headers: tuple[str, str]) -> Any:
            sent = [("Host", "todo.example.org"), ("Content-Type", "application/json"), *headers]
            reply = runtime.invoke(event_of(method, path, sent, json.dumps(body).encode()))
            assert reply["statusCode"] < 300, reply
            return json.loads(reply["body"])

        signed_in = ask("POST", "/v1/accounts", {"email": "bea@example.org", "password": "correct horse battery"})
        token = ("Authorization", f"Bearer {signed_in['token']['secret']}")
        home = ask("POST", "/v1/lists", {"title": "Home"}, token)
        ask("POST", f"{home['url']}/tasks", {"title": "Plain"}, token)
        assert moto.messages(queue) == []
        ask("POST", f"{home['url']}/tasks", {"title": "T", "reminders": [{"at": "2999-01-01T00:00:00Z"}]}, token)
        assert [json.loads(body) for body in moto.messages(queue)] == [{"kind": "arm"}]
