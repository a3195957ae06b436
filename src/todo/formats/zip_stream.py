"""Files within a zip, read forwards only: a zip may come from where nobody can go back, as an upload in parts.

`zipfile` begins at the end of a file. Here each local header is read as it comes, which is enough for what archivers
write: stored with sizes, or deflated, which ends by itself. What a zip says of its sizes is not believed; bounds are
on what comes out.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Self

from todo.errors import Unreadable

_LOCAL, _CENTRAL, _END, _DESCRIPTOR = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"
_HEADER = struct.Struct("<HHHHHIIIHH")
_ENCRYPTED, _SIZES_BEHIND, _UTF8 = 1, 8, 0x800
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 16

MOST_FILES = 10_000
MOST_BYTES = 4 << 30
# A text of nothing but the same task comes to some 150:1; deflate ends at 1,032:1, which only a bomb reaches.
LARGEST_RATIO = 300
_UNMEASURED = 8 << 20


class ZipMember:
    """A file within a zip; it can be read until the next one is asked for."""

    def __init__(self, entries: "_Bytes", name: str, sizes: tuple[int, int, int], method: int, behind: bool) -> None:
        self.name = name
        self._bytes = entries
        self._crc, self._left, _ = sizes
        self._behind = behind
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if method == _DEFLATED else None
        self._sum = self._came = self._went = 0
        self._done = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; b"" at the end. Raises Unreadable where the zip is broken, or a bomb."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        while not self._done:
            chunk = self._stored(size) if self._inflate is None else self._inflated(min(size, _CHUNK))
            self._sum = zlib.crc32(chunk, self._sum)
            self._went += len(chunk)
            self._bytes.account(len(chunk))
            if self._went > _UNMEASURED and self._went > LARGEST_RATIO * self._came:
                raise Unreadable(f"“{self.name}” in the zip grows to more than {LARGEST_RATIO} times its size: a bomb.")
            if self._is_done() and self._sum != self._crc:
                raise Unreadable(f"“{self.name}” in the zip is damaged; download it again.")
            if chunk:
                return chunk
        return b""

    def _is_done(self) -> bool:
        """Whether it is at its end now: reading changes it."""
        return self._done

    def pass_over(self) -> None:
        """Read what was left of it, so that the next file can be found."""
        while self.read(_CHUNK):
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bytes.close()

    def _stored(self, size: int) -> bytes:
        chunk = self._bytes.take(min(size, self._left, _CHUNK))
        self._left -= len(chunk)
        self._came += len(chunk)
        self._done = self._left == 0
        return chunk

    def _inflated(self, size: int) -> bytes:
        inflate = self._inflate
        if inflate is None:
            raise AssertionError("only what is deflated is inflated")
        raw = inflate.unconsumed_tail or self._bytes.some()
        if not inflate.unconsumed_tail:
            self._came += len(raw)
        try:
            chunk = inflate.decompress(raw, size)
        except zlib.error as error:
            raise Unreadable(f"“{self.name}” in the zip is damaged; download it again.") from error
        if inflate.eof:
            self._came -= len(inflate.unused_data)
            self._bytes.give_back(inflate.unused_data)
            self._done = True
            if self._behind:
                self._crc = self._bytes.descriptor()
        return chunk


def members(stream: BinaryIO) -> Iterator[ZipMember]:
    """The files of a zip in the order in which they lie there. Raises Unreadable."""
    entries = _Bytes(stream)
    for _ in range(MOST_FILES):
        signature = entries.take(4)
        if signature in {_CENTRAL, _END}:
            return
        if signature != _LOCAL:
            raise Unreadable("The file is no zip that can be read, or is damaged.")
        member = _member(entries)
        yield member
        member.pass_over()
    raise Unreadable(f"The zip holds more than {MOST_FILES:,} files.")


def find_member(stream: BinaryIO, *names: str) -> ZipMember:
    """The first file called as one of `names`, in whichever folder. Raises Unreadable where there is none."""
    seen = []
    for member in members(stream):
        if member.name.rpartition("/")[2] in names:
            return member
        seen.append(member.name)
    raise Unreadable(f"The zip holds no {' or '.join(names)}, but {', '.join(seen[:5]) or 'nothing'}.")


def _member(entries: "_Bytes") -> ZipMember:
    _, flags, method, _, _, crc, packed, size, name_length, extra_length = _HEADER.unpack(entries.take(_HEADER.size))
    name = entries.take(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    extra = entries.take(extra_length)
    if packed == 0xFFFF_FFFF or size == 0xFFFF_FFFF:
        packed = _large(extra, size == 0xFFFF_FFFF)
    if flags & _ENCRYPTED:
        raise Unreadable("The zip is protected by a password; make one without.")
    behind = bool(flags & _SIZES_BEHIND)
    if method not in {_STORED, _DEFLATED} or (method == _STORED and behind and not name.endswith("/")):
        raise Unreadable("The zip is packed in a way that cannot be read; make one with “deflate”, as is common.")
    member = ZipMember(entries, name, (crc, packed, size), method, behind)
    if method == _STORED and not packed:
        member._done = True  # noqa: SLF001  # an empty file, or a folder
    return member


def _large(extra: bytes, both: bool) -> int:
    """The packed size of a file of more than 4 GiB, or of one whose writer could not know."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 1 and length >= (16 if both else 8):
            return int(struct.unpack_from("<Q", extra, 12 if both else 4)[0])
        extra = extra[4 + length :]
    return 0


class _Bytes:
    """What is read of a zip, with what was read too far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._total = 0

    def some(self) -> bytes:
        """The next bytes, however many. Raises Unreadable at the end."""
        held, self._held = self._held, b""
        raw = held or self._stream.read(_CHUNK)
        if not raw:
            raise Unreadable("The zip ends in the middle; it was not downloaded or saved whole.")
        return raw

    def take(self, size: int) -> bytes:
        """Exactly so many bytes. Raises Unreadable where there are fewer."""
        parts = []
        while size:
            raw = self.some()
            parts.append(raw[:size])
            self._held = raw[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def give_back(self, raw: bytes) -> None:
        """Let `raw` be read next."""
        self._held = raw + self._held

    def descriptor(self) -> int:
        """The checksum that stands behind a file whose sizes were not known before."""
        head = self.take(4)
        checksum = self.take(4) if head == _DESCRIPTOR else head
        rest = self.take(12)
        # Sizes are of four bytes, or of eight; what follows is another header.
        if rest[8:] in {_LOCAL, _CENTRAL, _END}:
            self.give_back(rest[8:])
        else:
            self.take(4)
        return int.from_bytes(checksum, "little")

    def close(self) -> None:
        """Close the file that the zip is."""
        self._stream.close()

    def account(self, size: int) -> None:
        """Count what came out of all files."""
        self._total += size
        if self._total > MOST_BYTES:
            raise Unreadable(f"The zip holds more than {MOST_BYTES >> 30} GiB.")
