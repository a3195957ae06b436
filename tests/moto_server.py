"""Secrets Manager as moto plays it, in a process of its own behind a socket."""

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
    """A server that knows no secret yet. It looks at no signature, and its state is everybody's: use new names."""

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
        scope = f"20260101/{REGION}/secretsmanager/aws4_request"
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"secretsmanager.{action}",
            # It finds the service and the Region here.
            "Authorization": f"AWS4-HMAC-SHA256 Credential=moto/{scope}, SignedHeaders=host, Signature=none",
        }
        connection.request("POST", "/", json.dumps(parameters), headers)
        with connection.getresponse() as reply:
            content: dict[str, Any] = json.loads(reply.read())
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
