"""The body of a request as handlers get it."""

import zlib
from collections.abc import Iterator

from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.util import GzipDecompressor


class BodyTooLargeError(Exception):
    """The body is longer than its connection's `max_body_size`; the text is what Tornado logs."""


class RequestBody:
    """Cuts a body into pieces of `chunk_size` at most; gzip is undone if that is asked for.

    Then, as with `tornado.httpserver.HTTPServer(decompress_request=True)`, the header that said so is called
    `X-Consumed-Content-Encoding`.
    """

    def __init__(self, headers: HTTPHeaders, chunk_size: int, *, decompress: bool) -> None:
        self._chunk_size = chunk_size
        self._size = 0
        self._gzip = None
        if decompress and headers.get("Content-Encoding", "").lower() == "gzip":
            headers["X-Consumed-Content-Encoding"] = headers.pop("Content-Encoding")
            self._gzip = GzipDecompressor()

    def pieces(self, part: bytes, max_body_size: int, *, last: bool) -> Iterator[bytes]:
        """The pieces of the next part. Raises `BodyTooLargeError` before more than the limit is held."""
        kind = "chunked" if self._gzip is None else "decompressed"
        try:
            for piece in self._cut(part) if self._gzip is None else self._inflate(self._gzip, part):
                self._size += len(piece)
                if self._size > max_body_size:
                    raise BodyTooLargeError(f"{kind} body too large")
                yield piece
            if last and self._gzip is not None:
                self._gzip.flush()
        except zlib.error as error:
            raise HTTPInputError(f"invalid gzip data: {error}") from error

    def _cut(self, part: bytes) -> Iterator[bytes]:
        return (part[start : start + self._chunk_size] for start in range(0, len(part), self._chunk_size))

    def _inflate(self, gzip: GzipDecompressor, part: bytes) -> Iterator[bytes]:
        while part:
            if piece := gzip.decompress(part, self._chunk_size):
                yield piece
            part = gzip.unconsumed_tail
