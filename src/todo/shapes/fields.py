"""The kinds of text and numbers that fields hold, with the limits that are published."""

from typing import Annotated

from msgspec import Meta

# Each pattern with the words that a person is told when it does not fit.
ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f\s][^\x00-\x1f\x7f]*$"
ONE_LINE_OR_EMPTY = r"^[^\x00-\x1f\x7f]*$"
NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
ADDRESS = r"^[^\x00-\x20\x7f@\s]+@[^\x00-\x20\x7f@\s]+$"
PATTERN_WORDS = {
    ONE_LINE: "one line of text that is not blank, without control characters",
    ONE_LINE_OR_EMPTY: "one line of text, without control characters",
    NO_CONTROL: "text without control characters",
    ADDRESS: "an e-mail address such as ann@example.org",
}

MOST_ORDER = 1e15

Title = Annotated[str, Meta(min_length=1, max_length=500, pattern=ONE_LINE, description="One line.")]
Notes = Annotated[str, Meta(max_length=16_384, pattern=NO_CONTROL, description="Text of several lines.")]
Name = Annotated[str, Meta(max_length=120, pattern=ONE_LINE_OR_EMPTY)]
TokenName = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE)]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=ADDRESS)]
Password = Annotated[str, Meta(min_length=8, max_length=1024, description="At least 8 characters.")]
LabelName = Annotated[str, Meta(min_length=1, max_length=60, pattern=ONE_LINE)]
Labels = Annotated[tuple[LabelName, ...], Meta(max_length=100)]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA name.", examples=["Europe/Madrid"])]
Recurrence = Annotated[
    str, Meta(min_length=1, max_length=500, description="RFC 5545 RRULE.", examples=["FREQ=WEEKLY;BYDAY=MO"])
]
Priority = Annotated[int, Meta(ge=0, le=4, description="0 is none, 4 the highest.")]
Order = Annotated[float, Meta(ge=-MOST_ORDER, le=MOST_ORDER, description="Tasks are sorted by it, ascending.")]
Limit = Annotated[int, Meta(ge=1, le=500)]
Cursor = Annotated[str, Meta(min_length=1, max_length=1024, description="From a `Link` header.")]
