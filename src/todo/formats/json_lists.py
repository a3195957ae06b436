"""Lists that hold their tasks, in JSON: what our own export, Google's, Microsoft's and Vikunja's have in common."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from todo.errors import Unreadable
from todo.formats.json_stream import END, ITEM, START, Path, walk

_MOST_LISTS = 100_000
_TITLES = {"title", "displayName"}


@dataclass(slots=True)
class FoundList:
    """A list with the fields that stand beside its tasks; `row` is its place in the file."""

    row: int
    fields: dict[str, Any]


@dataclass(slots=True)
class FoundTask:
    """A task, or what stands in the place of one; `row` is its place in the file."""

    row: int
    value: Any


@dataclass(frozen=True, slots=True)
class Layout:
    """Where lists are, and under which name in each its tasks; what is `passed` over is not even built."""

    lists: tuple[Path, ...]
    tasks: tuple[str, ...]
    passed: frozenset[str] = field(default_factory=frozenset)


def found_in(
    open_file: Callable[[], BinaryIO], layout: Layout, accept: Callable[[Path, Any], None] | None = None
) -> Iterator[FoundList | FoundTask]:
    """Each list before its tasks, with all its fields, wherever in the object they stand.

    `accept` is called with what stands outside of lists, and raises Unreadable for what is another kind of file.
    """
    rows = lists = 0
    ahead: list[dict[str, Any]] | None = None
    fields: dict[str, Any] = {}
    told = True  # whether the list that is open was yielded
    with open_file() as stream:
        for path, value in walk(stream, _leaves(layout)):
            depth = _list_depth(path, layout)
            if depth is None:
                if accept is not None:
                    accept(path, value)
                continue
            below = len(path) - depth
            if below == 0 and value is START:
                fields, told, lists = {}, False, lists + 1
                if lists > _MOST_LISTS:
                    raise Unreadable(f"The file has more than {_MOST_LISTS:,} lists.")
            elif not told and (below == 0 or (below == 1 and value is START and path[-1] in layout.tasks)):
                # What comes after the tasks belongs to the list, too: only a file in another order is read twice.
                if below and not _TITLES & fields.keys():
                    ahead = _headers(open_file, layout) if ahead is None else ahead
                    fields = ahead[lists - 1]
                yield FoundList(lists, fields)
                told = True
            elif below == 1 and value is not START and value is not END:
                fields[path[-1]] = value
            elif below == 2 and path[-1] == ITEM and path[depth] in layout.tasks:
                rows += 1
                yield FoundTask(rows, value)


def array(value: Any) -> list[Any]:
    """The items of an array; none of what is something else."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in an array."""
    return [each for each in array(value) if isinstance(each, dict)]


def id_of(told: Mapping[str, Any]) -> str | None:
    """What an object is called where it came from."""
    return str(told["id"]) if told.get("id") else None


def _headers(open_file: Callable[[], BinaryIO], layout: Layout) -> list[dict[str, Any]]:
    """The fields of each list, without its tasks."""
    found: list[dict[str, Any]] = []
    with open_file() as stream:
        for path, value in walk(stream, _leaves(layout)):
            depth = _list_depth(path, layout)
            if depth is not None and len(path) == depth and value is START:
                found.append({})
            elif depth is not None and len(path) == depth + 1 and value is not START and value is not END:
                found[-1][path[-1]] = value
    return found


def _leaves(layout: Layout) -> Callable[[Path], bool]:
    opened = {path[:end] for path in layout.lists for end in range(len(path) + 1)}
    streamed = {*layout.tasks, *layout.passed}

    def leaf(path: Path) -> bool:
        if path in opened:
            return False
        return not (path[:-1] in layout.lists and path[-1] in streamed)

    return leaf


def _list_depth(path: Path, layout: Layout) -> int | None:
    """How long the path of the list is that `path` lies in; None where it lies in none."""
    for each in layout.lists:
        if path[: len(each)] == each:
            return len(each)
    return None
