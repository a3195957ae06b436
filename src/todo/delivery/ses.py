"""Mails by Amazon SES.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from todo.clock import Clock, system_clock
from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.delivery.mime import to_bytes

# Of what SES answers, this is about the mail itself; everything else may be over in a while.
_FOR_GOOD = frozenset({"MessageRejected", "BadRequestException", "InvalidParameterValue", "ValidationException"})
_ADVICE = {
    "AccessDeniedException": "allow the function's role ses:SendEmail on the identity and the configuration set",
    "AccountSuspendedException": "see the account's status in the console of Amazon SES",
    "MailFromDomainNotVerifiedException": "verify the sender's domain in Amazon SES",
    "NotFoundException": "check that the configuration set is there",
    "SendingPausedException": "sending is paused; see the reputation in the console of Amazon SES",
}


class SesMailer:
    """Sends from `sender`, an identity that is verified. boto3 looks for credentials when the first mail is sent."""

    def __init__(
        self, sender: str, *, configuration_set: str | None = None, clock: Clock = system_clock, client: Any = None
    ) -> None:
        self._sender = sender
        self._options = {} if configuration_set is None else {"ConfigurationSetName": configuration_set}
        self._clock = clock
        self._known_client = client

    def send(self, message: Message) -> None:
        """Raises MailRefused, MailDelayed."""
        try:
            content = to_bytes(message, self._sender, self._clock())
        except ValueError as error:
            raise MailRefused("an address cannot be written in a mail") from error
        try:
            # The recipient is in the mail alone: SES takes it from there.
            self._client().send_email(Content={"Raw": {"Data": content}}, **self._options)
        except ClientError as error:
            raise _refusal(error) from error
        except BotoCoreError as error:
            raise MailDelayed(f"Amazon SES cannot be reached ({type(error).__name__})") from error

    def _client(self) -> Any:
        if self._known_client is None:
            # A batch of ten has half a minute.
            limits = Config(connect_timeout=3, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 2})
            self._known_client = boto3.client("sesv2", config=limits)
        return self._known_client


def _refusal(error: ClientError) -> MailRefused | MailDelayed:
    code = str(error.response.get("Error", {}).get("Code", "no code"))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _FOR_GOOD and status < 500:
        return MailRefused(f"Amazon SES refuses this mail ({code})")
    advice = _ADVICE.get(code)
    return MailDelayed(f"Amazon SES does not send now ({code}, HTTP {status})" + (f": {advice}" if advice else ""))
