"""What S3 checks and moto does not, before moto: the policy of a form, and how long an address is good for.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

import hmac
import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

# The status and the code.
Refusal = tuple[int, str] | None


@contextmanager
def s3_gate(moto_url: str, secret_access_key: str, clock: Callable[[], datetime]) -> Iterator[str]:
    """The address of a server that hands to moto what S3 would take."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            refusal = self._refusal(body)
            if refusal is not None:
                status, code = refusal
                self._reply(status, {}, f"<Error><Code>{code}</Code></Error>".encode())
                return
            upstream = HTTPConnection(urlsplit(moto_url).netloc, timeout=30)
            upstream.request(self.command, self.path, body, dict(self.headers))
            with upstream.getresponse() as reply:
                self._reply(reply.status, dict(reply.headers), reply.read())
            upstream.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle  # noqa: N815 - the names in the base class

        def _refusal(self, body: bytes) -> Refusal:
            if self.headers.get("Content-Type", "").startswith("multipart/form-data"):
                return form_fault(form_in(self.headers["Content-Type"], body), secret_access_key, clock())
            return address_fault(self.path, clock()) if "X-Amz-Expires=" in self.path else None

        def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            dropped = {"content-length", "transfer-encoding", "connection", "date", "server"}
            kept = {name: value for name, value in headers.items() if name.lower() not in dropped}
            for name, value in (kept if status == 204 else kept | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def form_in(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form; S3 looks at nothing that comes after `file`."""
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[str, bytes] = {}
    parts = whole.get_payload()
    assert isinstance(parts, list)
    for part in parts:
        assert isinstance(part, Message)
        name = str(part.get_param("name", header="Content-Disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[name] = content
        if name == "file":
            break
    return found


def form_fault(form: dict[str, bytes], secret_access_key: str, now: datetime) -> Refusal:
    """How S3 refuses a form."""
    fields = {name: value.decode() for name, value in form.items() if name != "file"}
    if "file" not in form or "key" not in fields:
        return 400, "InvalidArgument"
    if "policy" not in fields:
        return 403, "AccessDenied"
    key = f"AWS4{secret_access_key}".encode()
    for step in fields["x-amz-credential"].split("/")[1:]:
        key = hmac.digest(key, step.encode(), "sha256")
    if hmac.digest(key, fields["policy"].encode(), "sha256").hex() != fields.get("x-amz-signature"):
        return 403, "SignatureDoesNotMatch"
    policy = json.loads(b64decode(fields["policy"]))
    if now >= datetime.fromisoformat(policy["expiration"]):
        return 403, "AccessDenied"
    [(least, most)] = [
        each[1:] for each in policy["conditions"] if isinstance(each, list) and each[0] == "content-length-range"
    ]
    if not least <= len(form["file"]) <= most:
        return 400, "EntityTooLarge" if len(form["file"]) > most else "EntityTooSmall"
    return None if _holds(policy["conditions"], fields) else (403, "AccessDenied")


def _holds(conditions: list[Any], fields: dict[str, str]) -> bool:
    named = {"x-amz-signature", "policy"}  # what needs no condition
    for condition in conditions:
        if isinstance(condition, dict):
            [(name, wanted)] = condition.items()
            holds = name == "bucket" or fields.get(name) == wanted
        elif condition[0] == "starts-with":
            name = condition[1].removeprefix("$")
            holds = fields.get(name, "").startswith(condition[2])
        else:
            continue
        named.add(name)
        if not holds:
            return False
    return set(fields) <= named


def address_fault(path: str, now: datetime) -> Refusal:
    """How S3 refuses a signed address that is too old."""
    query = parse_qs(urlsplit(path).query)
    signed_at = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return (403, "AccessDenied") if now >= signed_at + timedelta(seconds=int(query["X-Amz-Expires"][0])) else None
