"""Secrets Manager, SQS, SES and EventBridge Scheduler as moto plays them, in a process of its own behind a socket."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

REGION = "eu-west-1"
_STARTS_WITHIN = 60  # seconds; it takes one or two on a machine that does nothing else


class MotoServer:
    """A server that holds nothing yet. It looks at no signature, and its state is everybody's: use new names."""

    url: str

    def __enter__(self) -> Self:
        self._log = tempfile.NamedTemporaryFile(prefix="moto-", suffix=".log")
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            env=inherited | {"AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto"},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = self._started()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop()

    def put_secret(self, name: str, text: str) -> str:
        """Make a secret; returns its ARN."""
        arn: str = self.secrets_manager("CreateSecret", Name=name, SecretString=text)["ARN"]
        return arn

    def rotate(self, arn: str, text: str) -> None:
        """Give a secret another text, which is its AWSCURRENT from now on."""
        self.secrets_manager("PutSecretValue", SecretId=arn, SecretString=text)

    def secrets_manager(self, action: str, **parameters: object) -> dict[str, Any]:
        """What an action of Secrets Manager's API gives.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
        """
        return self._ask("secretsmanager", "POST", "/", parameters, target=f"secretsmanager.{action}", version="1.1")

    def make_queue(self, name: str) -> str:
        """Make a queue; returns its URL."""
        url: str = self.sqs("CreateQueue", QueueName=name)["QueueUrl"]
        return url

    def messages(self, queue_url: str) -> list[str]:
        """The bodies of all messages that wait in a queue, which is empty then."""
        found: list[str] = []
        while received := self.sqs("ReceiveMessage", QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in received]
        return found

    def sqs(self, action: str, **parameters: object) -> dict[str, Any]:
        """What an action of SQS's API gives.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
        """
        return self._ask("sqs", "POST", "/", parameters, target=f"AmazonSQS.{action}", version="1.0")

    def verify_sender(self, address: str) -> None:
        """Let SES send from an address."""
        self._ask("ses", "POST", "/v2/email/identities", {"EmailIdentity": address})

    def mails(self) -> list[dict[str, Any]]:
        """What SES was given to send, in that order."""
        found: list[dict[str, Any]] = self._ask("ses", "GET", "/moto-api/data.json")["ses"]["RawMessage"]
        return found

    def make_schedule(self, group: str, name: str, **parameters: object) -> None:
        """Make a schedule of EventBridge Scheduler in a new group."""
        self._ask("scheduler", "POST", f"/schedule-groups/{group}", {})
        self._ask("scheduler", "POST", f"/schedules/{name}", {"GroupName": group, **parameters})

    def schedule(self, group: str, name: str) -> dict[str, Any]:
        """A schedule as it is now."""
        return self._ask("scheduler", "GET", f"/schedules/{name}?groupName={group}")

    def _ask(
        self,
        service: str,
        method: str,
        path: str,
        parameters: dict[str, Any] | None = None,
        *,
        target: str | None = None,
        version: str | None = None,
    ) -> dict[str, Any]:
        scope = f"20260101/{REGION}/{service}/aws4_request"
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        headers = {
            # It finds the service and the Region here.
            "Authorization": f"AWS4-HMAC-SHA256 Credential=moto/{scope}, SignedHeaders=host, Signature=none",
            "Content-Type": f"application/x-amz-json-{version}" if version else "application/json",
        }
        if target:
            headers["X-Amz-Target"] = target
        connection.request(method, path, None if parameters is None else json.dumps(parameters), headers)
        with connection.getresponse() as reply:
            content: dict[str, Any] = json.loads(reply.read() or "{}")
        connection.close()
        assert reply.status == 200, content
        return content

    def _started(self) -> str:
        """Its URL, once it says it: by then its socket listens, on a port that nobody else can have taken."""
        give_up = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < give_up and not self._ended(within=0.05):
            if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", self._said()):
                return found[1]
        raise AssertionError(f"moto does not serve:\n{self._said()}")

    def _ended(self, within: float) -> bool:
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _said(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8")

    def _stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()
