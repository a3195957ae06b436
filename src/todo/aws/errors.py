"""What went wrong with a call to AWS, for whoever runs the service."""


class AwsError(Exception):
    """AWS could not be asked, or refused.

    The message is for the operator: what was asked for, which AWS error code, what to do. It never holds a secret's
    content, a credential, or AWS's own text, which repeats the session token where a signature does not match.

    `code` is AWS's error code, None where none was received. `transient` says that the same call may succeed in a
    moment: no connection, no answer in time, throttled, or a fault on AWS's side.
    """

    def __init__(self, message: str, *, code: str | None = None, transient: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.transient = transient
