"""Comparing what two servers send."""

# Who the server is and how it frames a body is not the application's.
FRAMING = {"date", "server", "connection", "transfer-encoding"}


def understood(reply: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body. The server's framing is undone, and its reason phrase is its own."""
    head, _, body = reply.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    if ("transfer-encoding", "chunked") in pairs:
        whole, rest = b"", body
        while size := int(rest.partition(b"\r\n")[0], 16):
            rest = rest.partition(b"\r\n")[2]
            whole, rest = whole + rest[:size], rest[size + 2 :]
        body = whole
    return int(first.split()[1]), [pair for pair in pairs if pair[0] not in FRAMING], body
