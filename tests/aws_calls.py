"""What the tests of calls to AWS share: who calls and when, and a look at what a refusal tells."""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from todo.aws import AwsError, Credentials

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:todo/db-AbCdEf"
SECRET = '{"username":"todo","password":"pässword-of-the-database"}'
CREDENTIALS = Credentials("AKIDEXAMPLE", "secret-access-key", "session-token")
# Of a comparison with botocore: the short form and the long one.
EXAMPLES = 3000 if os.environ.get("PROVE") else 100
NEVER_TOLD = ("pässword-of-the-database", "secret-access-key", "session-token", "token-of-the-container")


def refusal(call: Callable[[], object]) -> AwsError:
    """The error of a call, after a look at everything that a traceback would print."""
    with pytest.raises(AwsError) as caught:
        call()
    told = "".join(traceback.format_exception(caught.value))
    assert not [secret for secret in NEVER_TOLD if secret in told]
    return caught.value
