"""A file by itself, or within a zip: programs export both."""

from collections.abc import Callable
from typing import BinaryIO, cast

from todo.formats.records import Source
from todo.formats.zip_stream import find_member


def opener(source: Source, *names: str) -> Callable[[], BinaryIO]:
    """How to open the file: `source` itself, or the first one called as one of `names` where it is a zip."""

    def opened() -> BinaryIO:
        with source.open() as stream:
            head = stream.read(4)
        if head != b"PK\x03\x04":
            return source.open()
        return cast("BinaryIO", find_member(source.open(), *names))

    return opened
