"""Functions of the stack that work behind the queue, each in a process of its own."""

import json
import uuid

from lambda_runtime import LambdaRuntime
from moto_server import REGION
from sqlalchemy import URL


def environment(name: str, url: URL, aws: str, **others: str) -> LambdaRuntime:
    """An environment of the function with that name, whose AWS is at that address."""
    given = {
        "TODO_DATABASE_URL": url.render_as_string(hide_password=False),
        "TODO_MAIL_FROM": "todo@example.org",
        "TODO_QUEUE_URL": f"{aws}/123456789012/jobs",
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **others,
    }
    return LambdaRuntime(f"todo.entrypoints.{name}.handler", given)


def message(job_id: object) -> dict[str, object]:
    """The queue's message of a job."""
    record = {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "receipt",
        "body": json.dumps({"kind": "job", "id": str(job_id)}),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:jobs",
        "awsRegion": REGION,
    }
    return {"Records": [record]}
