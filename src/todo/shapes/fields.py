"""The kinds of text and numbers that fields hold, with the limits that are published."""

from typing import Annotated

from msgspec import Meta

# Each pattern with the words that a person is told when it does not fit. White space and line breaks are spelled out,
# because `\s` is not the same set in every language; `\Z`, because Python's `$` lets a newline follow.
_BLANK = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_BREAKS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
ONE_LINE = rf"^[^{_BREAKS}]*[^{_BLANK}][^{_BREAKS}]*\Z"
ONE_LINE_OR_EMPTY = rf"^[^{_BREAKS}]*\Z"
# In an address, `.` and `..` are not names (RFC 3986, section 5.2.4): such a label could not be renamed.
LABEL = rf"^(?![{_BLANK}]*\.\.?[{_BLANK}]*\Z){ONE_LINE[1:]}"
NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z"
ADDRESS = rf"^[^@{_BLANK}]+@[^@{_BLANK}]+\Z"
# RFC 5545, section 3.3.6. Seconds may follow hours without minutes between, which the RFC does not foresee.
_SECONDS = "[0-9]{1,8}S"
_MINUTES = rf"[0-9]{{1,6}}M(?:{_SECONDS})?"
_TIME = rf"T(?:[0-9]{{1,4}}H(?:{_MINUTES}|{_SECONDS})?|{_MINUTES}|{_SECONDS})"
DURATION = rf"^[+-]?P(?:[0-9]{{1,2}}W|[0-9]{{1,3}}D(?:{_TIME})?|{_TIME})\Z"
PATTERN_WORDS = {
    ONE_LINE: "one line of text that is not blank, without control characters",
    LABEL: "one line of text that is not blank, without control characters, other than `.` and `..`",
    ONE_LINE_OR_EMPTY: "one line of text, without control characters",
    NO_CONTROL: "text without control characters",
    ADDRESS: "an e-mail address such as ann@example.org",
    DURATION: "a duration (RFC 5545) such as PT30M, P1D or P1DT2H",
}

MOST_ORDER = 1e15

Title = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=ONE_LINE, description="One line.", examples=["Pay the rent"])
]
Notes = Annotated[
    str,
    Meta(max_length=16_384, pattern=NO_CONTROL, description="Text of several lines.", examples=["Before noon"]),
]
Name = Annotated[str, Meta(max_length=120, pattern=ONE_LINE_OR_EMPTY, examples=["Ann"])]
TokenName = Annotated[str, Meta(min_length=1, max_length=120, pattern=ONE_LINE, examples=["backup script"])]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=ADDRESS, examples=["ann@example.org"])]
Password = Annotated[
    str, Meta(min_length=8, max_length=1024, description="At least 8 characters.", examples=["a long password"])
]
# What is compared and not kept: it may be anything, within reason.
Secret = Annotated[str, Meta(max_length=1024)]
LabelName = Annotated[str, Meta(min_length=1, max_length=60, pattern=LABEL, examples=["home"])]
Labels = Annotated[tuple[LabelName, ...], Meta(max_length=100)]
TimeZone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="An IANA name.",
        examples=["Europe/Madrid"],
        extra_json_schema={"format": "time-zone"},
    ),
]
Recurrence = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="RFC 5545 RRULE.",
        examples=["FREQ=WEEKLY;BYDAY=MO"],
        extra_json_schema={"format": "rrule"},
    ),
]
Duration = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=32,
        pattern=DURATION,
        description="RFC 5545 duration; `-` in front: after.",
        examples=["PT30M"],
    ),
]
Priority = Annotated[int, Meta(ge=0, le=4, description="0 is none, 4 the highest.", examples=[2])]
Order = Annotated[float, Meta(ge=-MOST_ORDER, le=MOST_ORDER, description="Tasks are sorted by it, ascending.")]
Limit = Annotated[int, Meta(ge=1, le=500, description="How many a page.")]
Cursor = Annotated[
    str,
    Meta(min_length=1, max_length=1024, description="From a `Link` header.", extra_json_schema={"format": "cursor"}),
]
Url = Annotated[str, Meta(description="Relative to the service.", examples=["/v1/..."])]
