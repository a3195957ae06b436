"""What is held for long is out of the garbage collector's sight, and comes back when it is gone."""

import gc
from collections.abc import Iterator

import pytest

from todo.realtime.collector import Collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_stays_is_looked_at_once() -> None:
    collector, held = Collector(step=10), [[number] for number in range(100)]
    before = gc.get_freeze_count()
    collector.note(9)
    assert gc.get_freeze_count() == before
    collector.note(10)
    assert gc.get_freeze_count() >= before + len(held)


def test_it_grows_with_the_sockets_and_not_with_those_that_come_and_go() -> None:
    collector = Collector(step=10)
    collector.note(10)
    frozen = gc.get_freeze_count()
    more = [[number] for number in range(1000)]
    for count in (9, 10, 19, 10, 19):
        collector.note(count)
    assert gc.get_freeze_count() <= frozen
    collector.note(20)
    assert gc.get_freeze_count() >= frozen + len(more)


def test_nothing_is_kept_from_it_when_all_are_gone() -> None:
    collector = Collector(step=10)
    collector.note(10)
    collector.note(0)
    assert gc.get_freeze_count() == 0
