"""Zips that are read forwards: what archivers write, and what is meant to do harm."""

import io
import zipfile

import pytest
from formats_files import Forwards

from todo.errors import Unreadable
from todo.formats import zip_stream


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def contents(raw: bytes) -> dict[str, bytes]:
    return {member.name: member.read() for member in zip_stream.members(Forwards(raw))}


FILES = {"a.txt": b"", "b/ñ.txt": b"hello", "c.bin": bytes(range(256)) * 2_000, "d.txt": b"x" * 100_000}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("large", [False, True])
def test_every_file_comes_out(method: int, large: bool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in FILES.items():
            with file.open(name, "w", force_zip64=large) as entry:
                entry.write(content)
    assert contents(packed.getvalue()) == FILES


@pytest.mark.parametrize("large", [False, True])
def test_a_zip_whose_writer_could_not_go_back(large: bool) -> None:
    packed = Unseekable()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in FILES.items():
            with file.open(name, "w", force_zip64=large) as entry:
                entry.write(content)
    assert contents(packed.getvalue()) == FILES


def test_files_are_passed_over_when_nobody_reads_them() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in FILES.items():
            file.writestr(name, content)
    with zip_stream.find_member(Forwards(packed.getvalue()), "d.txt") as member:
        assert member.read(10) == b"x" * 10


def test_a_bomb_goes_off_early() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file, file.open("todo.json", "w") as entry:
        for _ in range(64):
            entry.write(bytes(1 << 20))
    with zip_stream.find_member(Forwards(packed.getvalue()), "todo.json") as member:
        came: list[int] = []
        with pytest.raises(Unreadable, match="a bomb"):
            came.extend(iter(lambda: len(member.read(1 << 16)), 0))
    assert sum(came) < 24 << 20


def test_a_zip_within_a_zip_is_a_file_like_others() -> None:
    inner, packed = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("todo.json", "{}")
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("inner.zip", inner.getvalue())
    with pytest.raises(Unreadable, match=r"holds no todo\.json, but inner\.zip"):
        zip_stream.find_member(Forwards(packed.getvalue()), "todo.json")


def test_damage_and_truncation_are_told() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.txt", b"hello world")
    raw = packed.getvalue()
    with pytest.raises(Unreadable, match="damaged"):
        contents(raw.replace(b"hello", b"jello", 1))
    for end in range(len(raw) - 120):
        with pytest.raises(Unreadable):
            contents(raw[:end])


def test_too_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_stream, "MOST_FILES", 3)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for number in range(4):
            file.writestr(str(number), b"")
    with pytest.raises(Unreadable, match="more than 3 files"):
        contents(packed.getvalue())
