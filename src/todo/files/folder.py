"""Files in a folder of this machine: the server's."""

import errno
import hmac
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from todo.errors import Fault, FilesFull, FilesUnavailable, InvalidInput, UploadRefused
from todo.files import EXPORTS_KEPT, UPLOAD_LIFETIME, UPLOADS_KEPT, Part, Sink, Upload
from todo.files.parts import PartsSource, Readable, check_complete, count_parts

# A part travels with its form's fields in one body, which may be of 4 MiB.
PART_BYTES = 3 * 1024 * 1024
_KEY_BYTES = 32
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_UNUSABLE = "The folder where files lie cannot be used. Nothing was stored; whoever runs the service has to see to it."
_WRONG = "The upload's fields are not as they were given. Take `upload` of the import again."
_EXPIRED = "The upload's fields are too old. GET the import for new ones; the parts that were sent stay."


class FolderFiles:
    """Uploads and exports below `folder`, which is made when the first file is written.

    Parts are `uploads/<import>/<number>`, exports `exports/<export><suffix>`; a file is there whole or not at all. The
    key that signs uploads lies beside them, so that a restart lets them go on.
    """

    def __init__(self, folder: Path, *, part_bytes: int = PART_BYTES) -> None:
        self._folder = folder
        self._part_bytes = part_bytes
        self._key: bytes | None = None

    @property
    def origin(self) -> str | None:
        """None: the server takes parts itself."""
        return None

    def upload(self, import_id: UUID, size: int, now: datetime) -> Upload:
        """See Files."""
        expires_at = (now + UPLOAD_LIFETIME).replace(microsecond=0)
        expires = str(int(expires_at.timestamp()))
        return Upload(
            url=f"/v1/imports/{import_id}/parts",
            fields={
                "key": f"uploads/{import_id}/{{part}}",
                "size": str(size),
                "expires": expires,
                "signature": self._signature(import_id, str(size), expires),
            },
            part_size=self._part_bytes,
            parts=count_parts(size, self._part_bytes),
            expires_at=expires_at,
        )

    def take_part(self, import_id: UUID, fields: Mapping[str, str], body: bytes, now: datetime) -> int:
        """See OwnFiles."""
        size, expires = fields.get("size", ""), fields.get("expires", "")
        signature = self._signature(import_id, size, expires)
        if not hmac.compare_digest(signature.encode(), fields.get("signature", "").encode()):
            raise UploadRefused(_WRONG)
        if now.timestamp() >= int(expires):
            raise UploadRefused(_EXPIRED)
        number = self._number_in(import_id, fields.get("key", ""), int(size))
        wanted = min(self._part_bytes, int(size) - (number - 1) * self._part_bytes)
        if len(body) != wanted:
            raise InvalidInput(Fault(f"part {number} has {wanted:,} bytes; {len(body):,} were sent", "/file"))
        self._write_part(import_id, number, body)
        return number

    def received(self, import_id: UUID) -> tuple[Part, ...]:
        """See Files."""
        with _told():
            try:
                found = [
                    each for each in self._uploads(import_id).iterdir() if re.fullmatch(r"[1-9]\d{0,5}", each.name)
                ]
            except FileNotFoundError:
                return ()
            return tuple(sorted(Part(int(each.name), each.stat().st_size) for each in found))

    def store(self, import_id: UUID, body: bytes) -> None:
        """See Files."""
        self._write_part(import_id, 1, body)

    def source(self, import_id: UUID, name: str, size: int) -> PartsSource:
        """See Files."""
        parts = self.received(import_id)
        check_complete(parts, size)
        folder = self._uploads(import_id)

        def open_part(number: int) -> Readable:
            with _told():
                return (folder / str(number)).open("rb", buffering=0)

        return PartsSource(name=name, size=size, parts=len(parts), open_part=open_part)

    @contextmanager
    def write_export(self, export_id: UUID, suffix: str) -> Iterator[Sink]:
        """See Files."""
        with _replacing(self._export(export_id, suffix)) as file:
            yield file

    def export_url(self, export_id: UUID, suffix: str, filename: str, now: datetime) -> str | None:  # noqa: ARG002 - the Protocol's
        """None: the server streams exports, and hands out those that it wrote by `open_export`."""
        return None

    def open_export(self, export_id: UUID, suffix: str) -> IO[bytes] | None:
        """See OwnFiles."""
        with _told():
            try:
                return self._export(export_id, suffix).open("rb")
            except FileNotFoundError:
                return None

    def delete(self, item_id: UUID) -> None:
        """See Files."""
        with _told():
            _remove(self._uploads(item_id))
            for each in self._exports().glob(f"{item_id}.*"):
                each.unlink(missing_ok=True)

    def delete_old(self, now: datetime) -> None:
        """Delete uploads after a week and exports after two days, and what a lost process left half-written."""
        with _told():
            for folder, kept in ((self._folder / "uploads", UPLOADS_KEPT), (self._exports(), EXPORTS_KEPT)):
                for each in folder.glob("*"):
                    with suppress(FileNotFoundError):  # somebody else was quicker
                        if now - datetime.fromtimestamp(each.stat().st_mtime, UTC) > kept:
                            _remove(each)

    def _write_part(self, import_id: UUID, number: int, body: bytes) -> None:
        with _replacing(self._uploads(import_id) / str(number)) as file:
            file.write(body)

    def _number_in(self, import_id: UUID, key: str, size: int) -> int:
        found = re.fullmatch(rf"uploads/{import_id}/([1-9][0-9]{{0,5}})", key)
        most = count_parts(size, self._part_bytes)
        if found is None or int(found[1]) > most:
            wanted = f"uploads/{import_id}/N with the number of a part, 1 to {most}"
            raise InvalidInput(Fault(f"must be {wanted}", "/key"))
        return int(found[1])

    def _uploads(self, import_id: UUID) -> Path:
        return self._folder / "uploads" / str(import_id)

    def _exports(self) -> Path:
        return self._folder / "exports"

    def _export(self, export_id: UUID, suffix: str) -> Path:
        if not re.fullmatch(r"(\.[a-z0-9]+)+", suffix):
            raise ValueError("a suffix is one such as .csv")
        return self._exports() / f"{export_id}{suffix}"

    def _signature(self, import_id: UUID, size: str, expires: str) -> str:
        if self._key is None:
            with _told():
                self._key = _key_in(self._folder)
        return hmac.digest(self._key, f"upload\n{import_id}\n{size}\n{expires}".encode(), "sha256").hex()


class _Told:
    """A file whose faults are told as those of the place."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: bytes, /) -> int:
        with _told():
            return self._file.write(content)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise (FilesFull() if error.errno in _FULL else FilesUnavailable(_UNUSABLE)) from error


@contextmanager
def _replacing(target: Path) -> Iterator[_Told]:
    """A file that takes its name when the block has ended, and is nowhere where it failed."""
    with _told():
        _make(target.parent)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    file = os.fdopen(handle, "wb")
    try:
        yield _Told(file)
        with _told():
            file.flush()
            os.fsync(handle)
            file.close()
            Path(name).replace(target)
    except BaseException:  # also where the process is told to end; it is raised on
        with suppress(OSError):  # where the disk is full, closing says so once more
            file.close()
        Path(name).unlink(missing_ok=True)
        raise


def _make(folder: Path) -> None:
    """Make a folder for this user alone, and those that it is in."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _key_in(folder: Path) -> bytes:
    """The key that lies there; the first who asks makes it."""
    place = folder / "key"
    _make(folder)
    if not place.exists():
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")  # for this user alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
            os.link(name, place)
        except FileExistsError:
            pass  # another process was quicker
        finally:
            Path(name).unlink(missing_ok=True)
    key = place.read_bytes()
    if len(key) != _KEY_BYTES:
        raise OSError(errno.EINVAL, "the key that signs uploads is damaged; delete the file", str(place))
    return key


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
