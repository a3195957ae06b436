"""Files in a folder of the server."""

import os
import resource
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from todo.errors import FilesFull, FilesUnavailable, InvalidInput, UploadIncomplete, UploadRefused
from todo.files import Part
from todo.files.folder import FolderFiles

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
# Two parts and a half.
PART = 4096
FILE = bytes(range(256)) * 40


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "data" / "files"


@pytest.fixture
def files(place: Path) -> FolderFiles:
    return FolderFiles(place, part_bytes=PART)


def fields_of(files: FolderFiles, import_id: UUID, part: int = 1, size: int = len(FILE)) -> dict[str, str]:
    fields = files.upload(import_id, size, NOW).fields
    return {name: value.replace("{part}", str(part)) for name, value in fields.items()}


def send(files: FolderFiles, import_id: UUID, *parts: int) -> None:
    for part in parts:
        body = FILE[(part - 1) * PART : part * PART]
        assert files.take_part(import_id, fields_of(files, import_id, part), body, NOW) == part


def write_export(files: FolderFiles, content: bytes, then: Exception | None = None) -> None:
    with files.write_export(uuid4(), ".csv") as export:
        export.write(content)
        if then is not None:
            raise then


def everything_in(place: Path) -> list[Path]:
    return [each for each in place.rglob("*") if each.is_file() and each.name != "key"]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """The kernel refuses to make any file larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB; skips where it may not be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        pytest.skip("there is no mount here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"a file system may not be mounted here: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run([unmount, str(place)], check=True)


def test_parts_that_come_in_any_order_and_twice_are_read_as_one_file(files: FolderFiles) -> None:
    import_id = uuid4()
    upload = files.upload(import_id, len(FILE), NOW)
    assert (upload.method, upload.url) == ("POST", f"/v1/imports/{import_id}/parts")
    assert (upload.part_size, upload.parts) == (PART, 3)
    send(files, import_id, 3, 1)
    assert files.received(import_id) == (Part(1, PART), Part(3, 2048))
    with pytest.raises(UploadIncomplete):
        files.source(import_id, "tasks.csv", len(FILE))
    send(files, import_id, 1, 2)
    source = files.source(import_id, "tasks.csv", len(FILE))
    assert (source.name, source.size) == ("tasks.csv", len(FILE))
    for _again in range(2):
        with source.open() as file:
            assert b"".join(iter(lambda: file.read(1000), b"")) == FILE


def test_lines_are_read_across_parts(files: FolderFiles) -> None:
    import_id = uuid4()
    text = b"".join(b"a line, %d\n" % number for number in range(1000))
    for part, start in enumerate(range(0, len(text), PART), 1):
        fields = fields_of(files, import_id, part, len(text))
        files.take_part(import_id, fields, text[start : start + PART], NOW)
    with files.source(import_id, "x", len(text)).open() as file:
        assert list(file) == text.splitlines(keepends=True)


def test_an_upload_without_any_part_is_incomplete(files: FolderFiles) -> None:
    assert files.received(uuid4()) == ()
    with pytest.raises(UploadIncomplete):
        files.source(uuid4(), "x", 0)


def test_an_empty_file_is_one_empty_part(files: FolderFiles) -> None:
    import_id = uuid4()
    assert files.upload(import_id, 0, NOW).parts == 1
    files.take_part(import_id, fields_of(files, import_id, size=0), b"", NOW)
    with files.source(import_id, "x", 0).open() as file:
        assert file.read() == b""


def test_a_small_file_is_kept_as_it_is(files: FolderFiles) -> None:
    import_id = uuid4()
    files.store(import_id, FILE)
    with files.source(import_id, "x", len(FILE)).open() as file:
        assert file.read() == FILE


def test_a_part_that_is_gone_while_it_is_read_is_told(files: FolderFiles, place: Path) -> None:
    import_id = uuid4()
    send(files, import_id, 1, 2, 3)
    source = files.source(import_id, "x", len(FILE))
    (place / "uploads" / str(import_id) / "3").unlink()
    with source.open() as file, pytest.raises(FilesUnavailable):
        file.read()


def test_a_restart_lets_an_upload_go_on(files: FolderFiles, place: Path) -> None:
    import_id = uuid4()
    fields = fields_of(files, import_id)
    FolderFiles(place, part_bytes=PART).take_part(import_id, fields, FILE[:PART], NOW)


def test_what_lies_there_is_for_the_servers_user_alone(files: FolderFiles, place: Path) -> None:
    import_id = uuid4()
    send(files, import_id, 1)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in place.rglob("*")}
    assert modes == {"key": 0o600, "uploads": 0o700, str(import_id): 0o700, "1": 0o600}
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature", "0" * 64),
        ("signature", ""),
        ("signature", "é"),
        ("size", "999999999"),
        ("size", "-1"),
        ("expires", "9999999999"),
        ("expires", "soon"),
    ],
)
def test_fields_that_were_changed_are_refused(files: FolderFiles, place: Path, name: str, value: str) -> None:
    import_id = uuid4()
    with pytest.raises(UploadRefused):
        files.take_part(import_id, fields_of(files, import_id) | {name: value}, FILE[:PART], NOW)
    assert everything_in(place) == []


@pytest.mark.parametrize("missing", ["signature", "size", "expires"])
def test_fields_that_are_missing_are_refused(files: FolderFiles, missing: str) -> None:
    import_id = uuid4()
    fields = fields_of(files, import_id)
    del fields[missing]
    with pytest.raises(UploadRefused):
        files.take_part(import_id, fields, FILE[:PART], NOW)


def test_fields_are_good_for_one_import(files: FolderFiles) -> None:
    with pytest.raises(UploadRefused):
        files.take_part(uuid4(), fields_of(files, uuid4()), FILE[:PART], NOW)


def test_fields_are_good_for_a_day(files: FolderFiles) -> None:
    import_id = uuid4()
    fields = fields_of(files, import_id)
    files.take_part(import_id, fields, FILE[:PART], NOW + timedelta(hours=24, seconds=-1))
    with pytest.raises(UploadRefused, match="too old"):
        files.take_part(import_id, fields, FILE[:PART], NOW + timedelta(hours=24))


@pytest.mark.parametrize("part", ["0", "4", "-1", "01", "1.5", "", "../1", "1/../../key", "٣", "999999999999"])
def test_a_part_that_the_file_does_not_have_is_refused(files: FolderFiles, place: Path, part: str) -> None:
    import_id = uuid4()
    with pytest.raises(InvalidInput):
        files.take_part(import_id, fields_of(files, import_id) | {"key": f"uploads/{import_id}/{part}"}, b"x", NOW)
    assert everything_in(place) == []


def test_the_key_names_the_same_import(files: FolderFiles) -> None:
    import_id = uuid4()
    with pytest.raises(InvalidInput):
        files.take_part(import_id, fields_of(files, import_id) | {"key": f"uploads/{uuid4()}/1"}, FILE[:PART], NOW)


@pytest.mark.parametrize("length", [0, PART - 1, PART + 1])
def test_a_part_has_the_length_that_it_should(files: FolderFiles, place: Path, length: int) -> None:
    import_id = uuid4()
    with pytest.raises(InvalidInput, match="4,096 bytes"):
        files.take_part(import_id, fields_of(files, import_id), b"x" * length, NOW)
    assert everything_in(place) == []


def test_a_full_disk_is_said_and_leaves_nothing(files: FolderFiles, place: Path) -> None:
    import_id = uuid4()
    fields = fields_of(files, import_id)
    with room_for(1000), pytest.raises(FilesFull):
        files.take_part(import_id, fields, FILE[:PART], NOW)
    assert everything_in(place) == []
    assert files.received(import_id) == ()
    with room_for(100_000), pytest.raises(FilesFull):
        write_export(files, FILE * 100)
    assert everything_in(place) == []


def test_an_upload_goes_on_once_there_is_room_on_a_disk_that_was_full(small_disk: Path) -> None:
    size = 256 * 1024
    place, import_id = small_disk / "files", uuid4()
    files = FolderFiles(place, part_bytes=size)
    parts = {number: bytes([number]) * size for number in (1, 2, 3)}

    def take(number: int) -> None:
        files.take_part(import_id, fields_of(files, import_id, number, 3 * size), parts[number], NOW)

    take(1)
    others = small_disk / "others"
    with others.open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(bytes(4096)):
            pass
    assert shutil.disk_usage(small_disk).free == 0
    for _ in range(2):
        with pytest.raises(FilesFull):
            take(2)
        with pytest.raises(FilesFull):
            write_export(files, FILE)
    # Nothing of them is left, and what was there before is whole.
    assert everything_in(place) == [place / "uploads" / str(import_id) / "1"]
    others.unlink()
    for number in (2, 3):
        take(number)
    with files.source(import_id, "tasks.csv", 3 * size).open() as file:
        assert file.read() == b"".join(parts.values())


def test_a_folder_that_cannot_be_used_is_said_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("")
    files = FolderFiles(tmp_path / "files")
    for attempt in (
        lambda: files.store(uuid4(), b"x"),
        lambda: files.upload(uuid4(), 1, NOW),
        lambda: files.write_export(uuid4(), ".csv").__enter__(),
        lambda: files.received(uuid4()),
    ):
        with pytest.raises(FilesUnavailable) as caught:
            attempt()
        assert str(tmp_path) not in str(caught.value)


def test_a_damaged_key_signs_nothing(files: FolderFiles, place: Path) -> None:
    place.mkdir(parents=True)
    (place / "key").write_bytes(b"")
    with pytest.raises(FilesUnavailable):
        files.upload(uuid4(), 1, NOW)


class TestExports:
    def test_one_is_there_when_it_is_whole(self, files: FolderFiles) -> None:
        export_id = uuid4()
        with files.write_export(export_id, ".csv") as export:
            export.write(b"a,")
            assert files.open_export(export_id, ".csv") is None
            export.write(b"b\n")
        opened = files.open_export(export_id, ".csv")
        assert opened is not None
        with opened:
            assert opened.read() == b"a,b\n"
        assert files.export_url(export_id, ".csv", "tasks.csv", NOW) is None

    def test_one_that_fails_is_nowhere_and_its_error_stays_what_it_is(self, files: FolderFiles, place: Path) -> None:
        with pytest.raises(ConnectionError):
            write_export(files, FILE, then=ConnectionError())
        assert everything_in(place) == []

    def test_a_suffix_names_no_other_place(self, files: FolderFiles) -> None:
        with pytest.raises(ValueError, match="suffix"):
            files.open_export(uuid4(), "/../../key")


class TestDeleting:
    def test_takes_an_upload_and_an_export_and_nothing_else(self, files: FolderFiles, place: Path) -> None:
        gone, kept = uuid4(), uuid4()
        for each in (gone, kept):
            files.store(each, b"x")
            with files.write_export(each, ".csv") as export:
                export.write(b"x")
        files.delete(gone)
        files.delete(gone)
        assert sorted(str(each.relative_to(place)) for each in everything_in(place)) == [
            f"exports/{kept}.csv",
            f"uploads/{kept}/1",
        ]

    def test_takes_what_nobody_came_for(self, files: FolderFiles, place: Path) -> None:
        files.delete_old(NOW)  # before there is a folder
        old, young = uuid4(), uuid4()
        for each in (old, young):
            files.store(each, b"x")
            with files.write_export(each, ".csv") as export:
                export.write(b"x")
        (place / "exports" / ".lost.part").write_bytes(b"x")
        for days, name in (
            (8, f"uploads/{old}"),
            (6, f"uploads/{young}"),
            (3, f"exports/{old}.csv"),
            (3, "exports/.lost.part"),
            (1, f"exports/{young}.csv"),
        ):
            moment = (NOW - timedelta(days=days)).timestamp()
            os.utime(place / name, (moment, moment))
        files.delete_old(NOW)
        assert sorted(str(each.relative_to(place)) for each in everything_in(place)) == [
            f"exports/{young}.csv",
            f"uploads/{young}/1",
        ]
