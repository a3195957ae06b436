"""Functions that are killed in the middle of a job: it is done by another, once."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from clients import LambdaDoor
from clocks import MovableClock
from faults.functions import environment, message
from faults.test_commit import migrated
from lambda_runtime import FunctionError
from loopback import Received, serving
from postgresql import ask, new_database, until
from sqlalchemy import URL

SENT = (200, b'{"MessageId": "1"}')
# As when the lease of whoever had it is over.
LEASE_ENDS = "UPDATE jobs SET run_at = now() - interval '1 second' WHERE state = 'running'"


@pytest.fixture
def url(postgresql_server: str) -> URL:
    return migrated(new_database(postgresql_server))


@pytest.fixture
def due(url: URL) -> None:
    """A reminder that is due."""
    with LambdaDoor(url, MovableClock()) as door:
        ann = door.sign_up("ann@example.org")
        ann.add(ann.make_list(), "Pay the rent", reminders=[{"at": "2999-01-01T00:00:00Z"}])
    ask(url, "UPDATE reminders SET remind_at = '2026-01-01'")


@pytest.mark.usefixtures("due")
def test_a_schedule_that_is_killed_before_it_told_the_queue_loses_no_reminder(url: URL) -> None:
    silent = threading.Event()

    def hang(_request: Received) -> tuple[int, bytes]:
        silent.wait(60)
        return 0, b""

    with serving(hang) as sqs, ThreadPoolExecutor(1) as pool:
        with environment("schedule", url, sqs.url) as killed:
            pool.submit(killed.invoke, {"job": "reminders"})
            until(lambda: bool(sqs.received), "the message")
        silent.set()
    assert ask(url, "SELECT count(*) FROM reminders") == [(0,)]
    assert ask(url, "SELECT state FROM jobs") == [("waiting",)]
    ask(url, "UPDATE jobs SET announced_at = now() - interval '16 minutes'")
    answer = json.dumps({"Successful": [{"Id": "0"}], "Failed": []}).encode()
    with serving(lambda _request: (200, answer)) as sqs, environment("schedule", url, sqs.url) as next_tick:
        assert next_tick.invoke({"job": "reminders"})["done"] == 0
        ((job_id,),) = ask(url, "SELECT id FROM jobs")
        assert [str(job_id) in request.body.decode() for request in sqs.received] == [True]


@pytest.mark.usefixtures("due")
def test_a_worker_that_is_killed_while_it_sends_has_its_mail_sent_by_another(url: URL) -> None:
    silent = threading.Event()

    def hang(request: Received) -> tuple[int, bytes]:
        if "/v2/email" in request.path:
            silent.wait(60)
            return 0, b""
        return 200, json.dumps({"Successful": [{"Id": "0"}], "Failed": []}).encode()

    with serving(hang) as aws, ThreadPoolExecutor(1) as pool:
        with environment("schedule", url, aws.url) as schedule:
            schedule.invoke({"job": "reminders"})
        ((job_id,),) = ask(url, "SELECT id FROM jobs")
        with environment("worker", url, aws.url) as killed:
            pool.submit(killed.invoke, message(job_id))
            until(lambda: any("/v2/email" in request.path for request in aws.received), "the mail")
        silent.set()
    assert ask(url, "SELECT state, attempts FROM jobs") == [("running", 1)]
    with serving(lambda _request: SENT) as aws, environment("worker", url, aws.url) as other:
        # Until the lease is over it is the killed one's.
        assert len(other.invoke(message(job_id))["batchItemFailures"]) == 1
        ask(url, LEASE_ENDS)
        for _ in range(2):
            assert other.invoke(message(job_id)) == {"batchItemFailures": []}
    assert ask(url, "SELECT state, attempts FROM jobs") == [("done", 2)]
    assert sum("/v2/email" in request.path for request in aws.received) == 1


@pytest.mark.usefixtures("due")
def test_a_worker_whose_database_goes_away_while_it_sends_keeps_the_message(url: URL) -> None:
    """The mail may be sent twice then, and is not lost: the gap that decision 15 names."""

    def away(request: Received) -> tuple[int, bytes]:
        if "/v2/email" in request.path:
            ask(url.set(database="postgres"), f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS false")
            ask(
                url.set(database="postgres"),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                url.database,
            )
        return SENT

    with environment("schedule", url, "http://127.0.0.1:1") as schedule:
        schedule.invoke({"job": "reminders"})
    ((job_id,),) = ask(url, "SELECT id FROM jobs")
    with serving(away) as aws, environment("worker", url, aws.url) as worker:
        worker.time_limit = 8
        assert len(worker.invoke(message(job_id))["batchItemFailures"]) == 1
    ask(url.set(database="postgres"), f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS true")
    assert ask(url, "SELECT state FROM jobs") == [("running",)]


def test_an_event_that_is_none_of_ours_is_an_error_and_ends_no_environment(url: URL) -> None:
    with environment("worker", url, "http://127.0.0.1:1") as worker:
        with pytest.raises(FunctionError):
            worker.invoke({"detail-type": "Scheduled Event"})
        assert worker.invoke(message(uuid.uuid4())) == {"batchItemFailures": []}
