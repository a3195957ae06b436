"""Pages: how large they get, and what a cursor is bound to."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from todo.errors import BadCursor
from todo.services.paging import decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes.task import AnyTaskFilter, TaskFilter


def of(rows: list[str], limit: int) -> Any:
    return page_of(rows, limit, lambda row: row, lambda row: "behind " + row[:5])


def test_a_page_ends_at_the_limit_and_says_where_it_goes_on() -> None:
    page = of(["1", "2", "3"], 2)
    assert (page.items, page.next) == (("1", "2"), "behind 2")


def test_the_last_page_says_nothing_more() -> None:
    assert of(["1", "2"], 2).next is None
    assert of([], 2) == type(of([], 2))((), None)


def test_a_page_ends_at_four_mebibytes_and_goes_on_behind_what_it_holds() -> None:
    rows = [f"{number:05}" + "x" * 999_995 for number in range(9)]
    page = of(rows, 100)
    assert [row[:5] for row in page.items] == ["00000", "00001", "00002", "00003"]
    assert page.next == "behind 00003"


def test_a_page_holds_at_least_one_item_however_large() -> None:
    page = of(["a" * 5_000_000, "b"], 100)
    assert ([len(item) for item in page.items], page.next) == ([5_000_000], "behind aaaaa")


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    now, item_id = datetime.now(UTC), uuid4()
    assert decode_cursor(encode_cursor("q", now, item_id), "q", datetime) == (now, str(item_id))
    assert decode_cursor(encode_cursor("q", 1e15, item_id), "q", float) == (1e15, str(item_id))
    assert decode_cursor(encode_cursor("q", "ß~\u2028", item_id), "q", str) == ("ß~\u2028", str(item_id))
    assert decode_cursor(encode_cursor("q", 3, item_id), "q", int) == (3, str(item_id))


@pytest.mark.parametrize(("key", "kind"), [("3", int), (3, str), (None, float), ("soon", datetime), (2**64, int)])
def test_a_cursor_with_a_key_of_another_kind_is_refused(key: Any, kind: type[Any]) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor("q", key, uuid4()), "q", kind)


def test_limit_and_cursor_are_no_part_of_what_a_query_selects() -> None:
    base = fingerprint(TaskFilter(q="a"), "list")
    assert base == fingerprint(TaskFilter(q="a", limit=3, cursor="x"), "list")
    assert base != fingerprint(TaskFilter(q="b"), "list")
    assert base != fingerprint(TaskFilter(q="a"), "another")
    assert fingerprint(AnyTaskFilter(list=uuid4())) != fingerprint(AnyTaskFilter(list=uuid4()))
