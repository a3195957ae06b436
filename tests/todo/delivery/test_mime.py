"""How a mail is written down."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo.delivery.message import Message
from todo.delivery.mime import to_bytes

ID = UUID("01a20630-1de1-792f-a54a-dd1d6539ceaa")
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SENDER = "Tödo <todo@example.org>"


def mail(**fields: str) -> Message:
    given = {
        "to": "ann@example.org",
        "subject": "Zwölf 🧮",
        "text": "Grüße\n",
        "html": "<p>Grüße</p>",
        "language": "de",
    }
    return Message(ID, **{**given, **fields})


def test_every_reader_finds_both_forms_and_who_it_is_from() -> None:
    read = message_from_bytes(to_bytes(mail(), SENDER, NOW), policy=default)
    assert read["From"].addresses[0].addr_spec == "todo@example.org"
    assert (read["To"], read["Subject"]) == ("ann@example.org", "Zwölf 🧮")
    assert read["Date"].datetime == NOW
    assert read["Message-ID"] == f"<{ID}@example.org>"
    assert (read["Auto-Submitted"], read["Content-Language"]) == ("auto-generated", "de")
    text, html = read.get_body(("plain",)), read.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content().split(), html.get_content().split()) == (["Grüße"], ["<p>Grüße</p>"])


def test_the_same_mail_is_the_same_bytes_but_for_the_boundary() -> None:
    first, second = (to_bytes(mail(), SENDER, NOW) for _ in range(2))
    assert len(first) == len(second)


@given(st.text(max_size=600))
def test_no_subject_makes_a_header_of_its_own(subject: str) -> None:
    written = to_bytes(mail(subject=f"Reminder: {subject}\r\nBcc: mallory@example.org"), SENDER, NOW)
    read = message_from_bytes(written, policy=default)
    assert read["Bcc"] is None
    assert read["To"] == "ann@example.org"
    assert len(read.keys()) == 9


@pytest.mark.parametrize("address", ["no address", "a@b\r\nBcc: c@d", "", "ann@example.org, bob@example.org"])
def test_an_address_that_cannot_be_written_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|domain|local|header|expected|Header|Domain|At least|Invalid"):
        to_bytes(mail(to=address), SENDER, NOW)


def test_lines_are_short_enough_for_every_mail_server() -> None:
    written = to_bytes(mail(text="x" * 5_000, html="<p>" + "ü" * 5_000 + "</p>"), SENDER, NOW)
    assert max(len(line) for line in written.split(b"\r\n")) <= 998
