"""The built stack under `sam local` with what it has on AWS: a bucket, a queue and PostgreSQL, as servers here.

moto plays S3, which tells the queue of what arrives as the template says, and SQS; before it stands what S3 checks and
moto does not. Nothing listens but on this machine's own addresses: those of the loopback interface, and that of the
bridge to the containers.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, check_output, run
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
from artifact import IMAGE
from sam_local import SamLocal, say

_ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(_ROOT / "tests"))

from moto_server import REGION, MotoServer  # noqa: E402
from postgresql import tcp_server  # noqa: E402
from relay import Relay  # noqa: E402
from s3_gate import s3_gate  # noqa: E402
from template.cloudformation import load  # noqa: E402

# Of nobody. SAM hands them to the functions.
_KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": ""}
_BUCKET = "todo-files"
_QUEUE = "todo-queue"
_QUEUE_ARN = f"arn:aws:sqs:{REGION}:123456789012:{_QUEUE}"
_PARAMETERS = "Database=external SignUp=open"
_HELD_SECONDS = 600  # if nobody ends it before
# Messages that one invocation of the worker is given, and how often it may go on.
_AT_ONCE = 10
_MOST_BATCHES = 10


class LocalStack:
    """`api` is its address; `work` lets the worker have what is in the queue."""

    def __init__(self, api: str, functions: httpx.Client, moto: MotoServer, queue_url: str) -> None:
        self.api = api
        self._functions = functions
        self._moto = moto
        self._queue_url = queue_url

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What a function replies to an event."""
        return self._functions.post(f"/2015-03-31/functions/{function}/invocations", json=event).json()

    def work(self) -> list[dict[str, Any]]:
        """Deliver what waits in the queue, and what is put there by that, until nothing waits. Returns the messages."""
        delivered: list[dict[str, Any]] = []
        for _ in range(_MOST_BATCHES):
            asked = {"QueueUrl": self._queue_url, "MaxNumberOfMessages": _AT_ONCE, "AttributeNames": ["All"]}
            messages = self._moto.sqs("ReceiveMessage", **asked).get("Messages", [])
            if not messages:
                return delivered
            self.deliver(messages)
            for message in messages:
                receipt = message["ReceiptHandle"]
                self._moto.sqs("DeleteMessage", QueueUrl=self._queue_url, ReceiptHandle=receipt)
            delivered += messages
        raise AssertionError(f"the queue is not empty after {_MOST_BATCHES} batches: {delivered[-1]['Body']}")

    def deliver(self, messages: list[dict[str, Any]]) -> None:
        """Invoke the worker with messages, as Lambda does. Raises AssertionError where one is to come again."""
        started = time.monotonic()
        records = [_as_record(message) for message in messages]
        reply = self.invoke("WorkerFunction", {"Records": records})
        if reply != {"batchItemFailures": []}:
            raise AssertionError(f"the worker replies {reply} to {[each['Body'] for each in messages]}")
        say("worker", f"messages: {len(messages)}", "ok ", started)


@contextmanager
def local_stack(program: str, built: Path) -> Iterator[LocalStack]:
    """What was built into a folder, with servers that hold nothing yet."""
    template = load(built / "template.yaml")
    with ExitStack() as stack:
        bridge = stack.enter_context(_bridge())

        def door_to(url: str) -> int:
            return stack.enter_context(Relay(urlsplit(url).port or 0, is_opaque=True, address=bridge)).port

        moto = stack.enter_context(MotoServer())
        gate = stack.enter_context(s3_gate(moto.url, _KEYS["AWS_SECRET_ACCESS_KEY"], lambda: datetime.now(UTC)))
        queue_url = moto.make_queue(_QUEUE)
        notifications = template["Resources"]["FilesBucket"]["Properties"]["NotificationConfiguration"]
        _make_bucket(moto, notifications["QueueConfigurations"])

        local = stack.enter_context(tcp_server()).url
        database = local.set(host=bridge, port=door_to(str(local)))
        settings = {
            "AWS_ENDPOINT_URL": f"http://{bridge}:{door_to(gate)}",
            "TODO_DATABASE_URL": database.render_as_string(hide_password=False),
            "TODO_QUEUE_URL": queue_url,
            "TODO_FILES_BUCKET": _BUCKET,
        }
        own = stack.enter_context(_settings_for_sam(settings, template, built))
        options = (*own, "--parameter-overrides", _PARAMETERS, "--skip-pull-image")
        # SAM asks whose the keys are.
        environment = _KEYS | {"AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL_STS": moto.url}
        sam = SamLocal(program, options, environment)
        functions = httpx.Client(base_url=stack.enter_context(sam.start_lambda()), timeout=60)
        api = stack.enter_context(sam.start_api())
        yield LocalStack(api, stack.enter_context(functions), moto, queue_url)


@contextmanager
def _bridge() -> Iterator[str]:
    """The address at which containers reach this machine, which may be there only while one runs."""
    held = ("podman", "run", "--detach", "--rm", "--entrypoint", "sleep", IMAGE, str(_HELD_SECONDS))
    container = check_output(held, text=True).strip()
    try:
        inspected = json.loads(check_output(["podman", "inspect", container]))
        (network,) = inspected[0]["NetworkSettings"]["Networks"].values()
        yield network["Gateway"]
    finally:
        run(["podman", "rm", "--force", "--time", "0", container], check=True, stdout=DEVNULL)


@contextmanager
def _settings_for_sam(settings: dict[str, str], template: dict[str, Any], built: Path) -> Iterator[tuple[str, ...]]:
    """What tells SAM to set these for all functions. It sets none that the template does not name, so this has one of
    its own: beside the other, whose paths it has.
    """
    template["Globals"]["Function"]["Environment"]["Variables"] |= dict.fromkeys(settings, "")
    usual = json.loads((_ROOT / "scripts/sam-local-environment.json").read_text())["Parameters"]
    with ExitStack() as stack:

        def written(content: dict[str, Any]) -> str:
            file = stack.enter_context(tempfile.NamedTemporaryFile("w", dir=built, prefix="local-", suffix=".json"))
            json.dump(content, file)
            file.flush()
            return file.name

        yield ("--template", written(template), "--env-vars", written({"Parameters": usual | settings}))


def _make_bucket(moto: MotoServer, notifications: list[dict[str, Any]]) -> None:
    """A bucket that tells the queue of what the template says that it does."""
    s3: Any = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=moto.url,
        aws_access_key_id=_KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_KEYS["AWS_SECRET_ACCESS_KEY"],
    )
    s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    told = [
        {
            "QueueArn": _QUEUE_ARN,
            "Events": [each["Event"]],
            "Filter": {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}},
        }
        for each in notifications
    ]
    s3.put_bucket_notification_configuration(Bucket=_BUCKET, NotificationConfiguration={"QueueConfigurations": told})


def _as_record(message: dict[str, Any]) -> dict[str, Any]:
    """A message as Lambda hands it over; events/worker/ has recorded ones."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": _QUEUE_ARN,
        "awsRegion": REGION,
    }
