"""The server's mails: a file each."""

import logging
import os
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from uuid import uuid4

import pytest

from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.delivery.outbox import OutboxMailer

SENDER = "To-do <todo@localhost.localdomain>"


def clock() -> datetime:
    return datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def mail(to: str = "ann@example.org") -> Message:
    return Message(uuid4(), to, "Reminder: Pay the rent", "text", "<p>html</p>", "en")


def test_a_mail_is_a_file_that_mail_programs_open_and_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    message = mail()
    with caplog.at_level(logging.INFO, "todo"):
        OutboxMailer(tmp_path / "var" / "outbox", SENDER, clock).send(message)
    (file,) = (tmp_path / "var" / "outbox").iterdir()
    assert file.name == f"{message.id}.eml"
    assert message_from_bytes(file.read_bytes())["To"] == "ann@example.org"
    assert str(message.id) in caplog.text
    assert "ann@example.org" not in caplog.text
    assert "rent" not in caplog.text


def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    outbox, message = OutboxMailer(tmp_path, SENDER, clock), mail()
    outbox.send(message)
    outbox.send(message)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_used_delays_the_mail_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MailDelayed, match="let this user write there"):
        OutboxMailer(tmp_path / "file" / "outbox", SENDER, clock).send(mail())


def test_a_full_disk_leaves_no_half_a_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.fsync

    def no_room(descriptor: int) -> None:
        original(descriptor)
        with Path("/dev/full").open("wb", buffering=0) as device:
            device.write(b"x")  # the kernel's own ENOSPC

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(MailDelayed, match="No space left"):
        OutboxMailer(tmp_path, SENDER, clock).send(mail())
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_no_mail_can_have_is_refused_for_good(tmp_path: Path) -> None:
    with pytest.raises(MailRefused) as caught:
        OutboxMailer(tmp_path, SENDER, clock).send(mail("hunter2@example.org, bob@example.org"))
    assert "hunter2" not in str(caught.value)
