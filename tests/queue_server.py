"""A queue that only counts, on a socket: moto looks at all its messages for each new one, and takes hours for many.

It answers SendMessageBatch as SQS does.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QueueServer(ThreadingHTTPServer):
    """Keeps the bodies of messages in `bodies`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.bodies: list[str] = []


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Otherwise the second packet of a reply waits for the first one's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: QueueServer

    def do_POST(self) -> None:
        """Take a batch of at most ten."""
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        entries = content["Entries"]
        is_right = self.headers["X-Amz-Target"] == "AmazonSQS.SendMessageBatch" and 0 < len(entries) <= 10
        self.server.bodies.extend(entry["MessageBody"] for entry in entries if is_right)
        done = [
            {
                "Id": entry["Id"],
                "MessageId": entry["Id"],
                "MD5OfMessageBody": hashlib.md5(entry["MessageBody"].encode()).hexdigest(),  # noqa: S324 - SQS's
            }
            for entry in entries
        ]
        answer = json.dumps({"Successful": done, "Failed": []}).encode()
        self.send_response(200 if is_right else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@contextmanager
def queue_server() -> Iterator[QueueServer]:
    """A queue of a test's own."""
    with QueueServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
