"""Letting a socket of this process into lists: its place in each, and the `hello` that says so."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec import UnsetType

from todo.realtime.channel import Channel
from todo.realtime.listener import Listener, Subscription
from todo.realtime.news import Entry
from todo.shapes.live import Hello, Joined, Wanted

Places = dict[UUID, Subscription]


def take_places(
    listener: Listener, wanted: Iterable[Wanted], entry: Entry, channels: Mapping[UUID, Channel]
) -> tuple[Places, set[UUID]]:
    """The new places of a listener, to be installed: it has none until then. And the lists where others see it leave.

    Whoever listened already, and says no `since`, goes on from where it was.
    """
    said = {each.id: each for each in wanted}
    places: Places = {}
    left: set[UUID] = set()
    for joined in entry.joined:
        channel, how = channels[joined.id], said[joined.id]
        place = Subscription(listener, joined.revision, quiet=how.quiet)
        old = channel.subscriptions.get(listener)
        if old is not None and isinstance(how.since, UnsetType):
            place.position = old.position
        # From here on an older subscription would mix with what was missed.
        if channel.remove(listener):
            left.add(joined.id)
        place.present = channel.present(*(() if how.quiet else (listener,)))
        places[joined.id] = place
    return places, left


def hello(entry: Entry, places: Places) -> Hello:
    """The answer to `subscribe`."""
    lists = (
        Joined(
            id=each.id,
            revision=max(each.revision, places[each.id].position),
            role=each.role,
            sync=each.sync,
            present=places[each.id].present,
        )
        for each in entry.joined
    )
    return Hello(lists=tuple(lists), refused=entry.refused, account_revision=entry.account_revision)
