"""Time zones of calendars: by their names where those are known, else by what the file says of them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from todo.formats.ics_lines import Component

_MOST_ZONES = 500
_MOST_RULES = 200


class Zones:
    """The zones that a file defines. For one that is neither known nor defined yet, `ahead` is asked, once for all."""

    def __init__(self, ahead: Callable[[], Iterable[Component]]) -> None:
        self._defined: dict[str, Component] = {}
        self._made: dict[str, tzinfo | None] = {}
        self._ahead: Callable[[], Iterable[Component]] | None = ahead

    def define(self, component: Component) -> None:
        """Keep a VTIMEZONE."""
        name = component.find("TZID")
        if name is not None and len(self._defined) < _MOST_ZONES:
            self._defined[name.value.strip()] = component
            self._made.pop(name.value.strip(), None)

    def known(self, name: str) -> str | None:
        """The IANA name of a zone that a file calls so."""
        known = iana(name)
        if known is not None:
            return known
        component = self._find(name)
        location = component.find("X-LIC-LOCATION") if component is not None else None
        return iana(location.value.strip()) if location is not None else None

    def at(self, wall: datetime, name: str) -> datetime | None:
        """When the clocks of a zone that nobody knows but the file show `wall`; None where it does not say."""
        if name not in self._made:
            component = self._find(name)
            self._made[name] = None if component is None else _of_component(component)
        zone = self._made[name]
        try:
            return None if zone is None else wall.replace(tzinfo=zone)
        except (ValueError, OverflowError):
            return None

    def _find(self, name: str) -> Component | None:
        if name not in self._defined and self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            for component in ahead():
                self.define(component)
        return self._defined.get(name)


@lru_cache(maxsize=1024)
def iana(name: str) -> str | None:
    """The IANA zone that a name stands for: its own, Windows' name of it, or one at the end of a path."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    plain = name.strip("/")
    parts = plain.split("/")
    tails = ("/".join(parts[-length:]) for length in (3, 2) if len(parts) > length)
    for candidate in (plain, WINDOWS_TO_OLSON.get(name), *tails):
        if candidate and len(candidate) <= 64 and _exists(candidate):
            return candidate
    return None


def _exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _of_component(component: Component) -> tzinfo | None:
    """A zone out of its rules: icalendar's, where they are such as zones have; else its standard time."""
    rules = component.components
    if len(rules) > _MOST_RULES or any(not _harmless(rule) for rule in rules):
        return None
    from icalendar import Timezone

    text = "\r\n".join(_lines(component)) + "\r\n"
    try:
        made: Any = Timezone.from_ical(text)
        zone = made.to_tz(lookup_tzid=False)
        zone.utcoffset(datetime(2026, 1, 1))  # noqa: DTZ001  # a time of day on its clocks
    except Exception:  # noqa: BLE001  # whatever a library says of rules that are none: the offset is enough
        return _standard(component)
    return zone if isinstance(zone, tzinfo) else None


def _harmless(rule: Component) -> bool:
    """Whether finding the next change takes no time: once a year, not once a second."""
    return (
        all("FREQ=YEARLY" in each.value.upper() for each in rule.all("RRULE")) and len(rule.properties) <= _MOST_RULES
    )


def _lines(component: Component) -> list[str]:
    found = [f"BEGIN:{component.name}"]
    for each in component.properties:
        parameters = "".join(f';{name}="{value}"' for name, value in each.parameters.items() if '"' not in value)
        # Exchange writes blanks into its rules.
        value = each.value.replace(" ", "") if each.name == "RRULE" else each.value
        found.append(f"{each.name}{parameters}:{value}")
    for inner in component.components:
        found += _lines(inner)
    return [*found, f"END:{component.name}"]


def _standard(component: Component) -> tzinfo | None:
    for rule in component.components:
        offset = rule.find("TZOFFSETTO")
        if rule.name == "STANDARD" and offset is not None:
            text = offset.value.strip()
            try:
                minutes = int(text[1:3]) * 60 + int(text[3:5])
                return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
            except (ValueError, IndexError):
                return None
    return None
