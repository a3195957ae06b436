"""The screens and colours that every view is looked at in: three of them always, all of them in the long form."""

import os

import pytest
from browsing import DESKTOP, PHONE

NARROW = (320, 640)
WIDE = (1440, 900)

_ALWAYS = [(DESKTOP, "light"), (PHONE, "dark"), (NARROW, "light")]
_BESIDES = [(DESKTOP, "dark"), (PHONE, "light"), (NARROW, "dark"), (WIDE, "dark")] if os.environ.get("PROVE") else []
_NAMES = {DESKTOP: "desktop", PHONE: "phone", NARROW: "narrow", WIDE: "wide"}


def _looks(looks: list[tuple[tuple[int, int], str]]) -> pytest.MarkDecorator:
    """For tests that take `viewport` and `colours`."""
    named = [pytest.param(size, colours, id=f"{_NAMES[size]}, {colours}") for size, colours in looks]
    return pytest.mark.parametrize(("viewport", "colours"), named)


in_every_look = _looks(_ALWAYS + _BESIDES)
# For what takes minutes to be looked at.
in_one_look = _looks(_ALWAYS[:1] + (_ALWAYS[1:] + _BESIDES if _BESIDES else []))
