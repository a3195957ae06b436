"""Jobs: claimed by one, tried again, given up visibly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from importing import forget_jobs
from sqlalchemy import select

from todo.database import Database
from todo.models import Job
from todo.services import jobs
from todo.services.jobs import ANNOUNCED_AGAIN, LEASE, MOST_ATTEMPTS, Claimed, NewJob, NotYet

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty(database: Database) -> Iterator[None]:
    """A table of one's own: the worker of other tests looks at all of it."""
    yield
    forget_jobs(database)


def written(database: Database, kind: str = "email") -> UUID:
    (job_id,) = database.write(jobs.enqueue, NOW, [NewJob(kind, {"letter": "ünïcode"}, uuid4())])
    return job_id


def claimed(database: Database, job_id: UUID, now: datetime = NOW) -> Claimed:
    job = database.write(jobs.claim, job_id, now)
    assert isinstance(job, Claimed)
    return job


def state(database: Database, job_id: UUID) -> tuple[str, int, str | None]:
    row = database.read(lambda session: session.get_one(Job, job_id))
    return row.state, row.attempts, row.error


def test_what_is_written_is_claimed_done_and_then_nobodys(database: Database) -> None:
    job_id = written(database)
    job = claimed(database, job_id)
    assert (job.kind, job.payload, job.attempt, job.created_at) == ("email", {"letter": "ünïcode"}, 1, NOW)
    database.write(jobs.finish, job, NOW)
    assert state(database, job_id) == ("done", 1, None)
    assert database.write(jobs.claim, job_id, NOW + timedelta(days=1)) is None
    assert job_id not in database.read(jobs.due, NOW + timedelta(days=1), 1000)


def test_a_job_is_nobodys_where_its_unit_was_undone(database: Database) -> None:
    def undone(session: object) -> None:
        jobs.enqueue(session, NOW, [NewJob("email", {})])  # type: ignore[arg-type]  # a session
        raise KeyError

    with pytest.raises(KeyError):
        database.write(undone)
    assert database.read(jobs.due, NOW, 10) == ()


def test_of_many_that_claim_at_once_one_has_it(database: Database) -> None:
    ids = [written(database) for _ in range(5)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda job_id: database.write(jobs.claim, job_id, NOW), ids * 4))
    assert sorted(answer.id for answer in answers if isinstance(answer, Claimed)) == sorted(ids)
    assert sum(isinstance(answer, NotYet) for answer in answers) == 15


def test_a_worker_that_is_lost_has_its_job_done_by_another_and_cannot_end_it(database: Database) -> None:
    job_id = written(database)
    lost = claimed(database, job_id)
    assert database.write(jobs.claim, job_id, NOW + LEASE / 2) == NotYet(LEASE.total_seconds() / 2)
    other = claimed(database, job_id, NOW + LEASE)
    assert other.attempt == 2
    database.write(jobs.finish, lost, NOW + LEASE)
    assert database.write(jobs.fail, lost, NOW, "late", for_good=True) is None
    assert state(database, job_id) == ("running", 2, None)
    database.write(jobs.finish, other, NOW + LEASE)
    assert state(database, job_id)[0] == "done"


def test_what_fails_is_tried_again_later_and_later_and_then_given_up(database: Database) -> None:
    job_id, now, pauses = written(database), NOW, []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        pause = database.write(jobs.fail, claimed(database, job_id, now), now, f"try {attempt}", for_good=False)
        if pause is None:
            break
        early = database.write(jobs.claim, job_id, now + timedelta(seconds=pause - 5))
        assert early == NotYet(5)
        pauses.append(pause)
        now += timedelta(seconds=pause)
    assert pauses == [30, 120, 480, 1920]
    assert state(database, job_id) == ("failed", MOST_ATTEMPTS, f"try {MOST_ATTEMPTS}")
    assert database.read(jobs.due, now + timedelta(days=1), 10) == ()


def test_what_cannot_be_done_at_all_is_given_up_at_once(database: Database) -> None:
    job_id = written(database)
    assert database.write(jobs.fail, claimed(database, job_id), NOW, "x" * 5_000, for_good=True) is None
    assert state(database, job_id) == ("failed", 1, "x" * 500)


def test_what_was_given_up_is_listed_and_can_be_tried_anew(database: Database) -> None:
    job_id, other = written(database), written(database)
    for each in (job_id, other):
        database.write(jobs.fail, claimed(database, each), NOW, "no such address", for_good=True)
    listed = database.read(jobs.given_up, 10)
    assert {job.id for job in listed} == {job_id, other}
    assert {(job.kind, job.attempts, job.at, job.error) for job in listed} == {("email", 1, NOW, "no such address")}
    assert len(database.read(jobs.given_up, 1)) == 1
    assert database.write(jobs.revive, NOW, 10) == 2
    assert database.read(jobs.given_up, 10) == ()
    assert set(database.write(jobs.announce_again, NOW, 10)) == {job_id, other}
    assert claimed(database, job_id).attempt == 1


def test_a_job_that_is_gone_is_nobodys(database: Database) -> None:
    assert database.write(jobs.claim, uuid4(), NOW) is None


def test_jobs_are_found_in_the_order_in_which_they_wait(database: Database) -> None:
    first, second = written(database), written(database)
    database.write(jobs.fail, claimed(database, first), NOW, "later", for_good=False)
    assert database.read(jobs.due, NOW, 10) == (second,)
    assert database.read(jobs.due, NOW + timedelta(minutes=1), 10) == (second, first)
    assert database.read(jobs.due, NOW + timedelta(minutes=1), 1) == (second,)


def test_the_queue_is_told_again_of_what_nobody_claimed_and_once(database: Database) -> None:
    stranded, lost, done = written(database), written(database), written(database)
    claimed(database, lost)
    database.write(jobs.finish, claimed(database, done), NOW)
    assert database.write(jobs.announce_again, NOW + ANNOUNCED_AGAIN - timedelta(seconds=1), 10) == ()
    later = NOW + ANNOUNCED_AGAIN
    assert set(database.write(jobs.announce_again, later, 10)) == {stranded, lost}
    assert database.write(jobs.announce_again, later, 10) == ()


def test_the_next_moment_is_that_of_telling_the_queue_again(database: Database) -> None:
    assert database.read(jobs.find_next) is None
    job_id = written(database)
    assert database.read(jobs.find_next) == NOW + ANNOUNCED_AGAIN
    database.write(jobs.finish, claimed(database, job_id), NOW)
    assert database.read(jobs.find_next) is None


def test_a_thousand_jobs_are_written_in_statements_that_a_proxy_takes(database: Database) -> None:
    ids = database.write(jobs.enqueue, NOW, [NewJob("email", {"n": n}) for n in range(1_000)])
    assert len(set(ids)) == 1_000
    assert database.read(lambda session: len(session.scalars(select(Job.id)).all())) == 1_000
