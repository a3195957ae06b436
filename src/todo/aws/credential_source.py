"""Where a function finds its role's credentials: in variables, or with SnapStart from an HTTP endpoint beside it."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult

from todo.aws.credentials import Credentials
from todo.aws.endpoints import find_url
from todo.aws.errors import AwsError
from todo.aws.exchange import Failure, Reply, exchange, is_transient

_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - a variable's name
_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - the same
_LARGEST_TOKEN = 64 * 1024

# The endpoints of ECS, and of EKS over IPv4 and IPv6.
_HOSTS = {"localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"}


def get_credentials(environ: Mapping[str, str], *, timeout: float = 2.0) -> Credentials:
    """The credentials of the function's role.

    They are in AWS_ACCESS_KEY_ID and its companions where that is set. Otherwise AWS_CONTAINER_CREDENTIALS_FULL_URI
    is asked, as Lambda with SnapStart wants it, with what AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names or
    AWS_CONTAINER_AUTHORIZATION_TOKEN holds. "" counts as unset. Nothing is kept or retried: ask again before
    `expires_at`. `timeout` is in seconds: for connecting, for each silence, and for the whole of the reply's body.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-credentials

    Raises `AwsError`.
    """
    if environ.get("AWS_ACCESS_KEY_ID") or not environ.get(_URI):
        return Credentials.from_mapping(environ)
    url = find_url(environ[_URI])
    if url is None:
        raise AwsError(f"{_URI} is not a URL such as http://127.0.0.1:9001/credentials")
    if not is_trusted(url):
        raise AwsError(
            f"The host in {_URI} may not be asked without TLS: it is neither this machine nor one of "
            f"{', '.join(sorted(_HOSTS))}. Give a URL with https."
        )
    reply = exchange("GET", url, _headers(environ), None, timeout=timeout)
    if isinstance(reply, Failure):
        raise _no_credentials(url, reply.reason, "check that something listens there", transient=reply.transient)
    if reply.status != 200:
        advice = f"check {_TOKEN} or {_TOKEN_FILE}, and that the function has a role"
        raise _no_credentials(url, f"HTTP {reply.status}", advice, transient=is_transient(reply.status))
    return _credentials_in(url, reply)


def is_trusted(url: SplitResult) -> bool:
    """Whether credentials may come from there: over TLS from anywhere, else only from where no network is between."""
    host = url.hostname or ""
    if url.scheme == "https" or host in _HOSTS:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    token = _token(environ)
    if token is None:
        return {"accept": "application/json"}
    # http.client names a header's value when it refuses one: what it would refuse must not get that far.
    if not (token.isascii() and token.isprintable()):
        raise AwsError(f"What {_TOKEN} holds or {_TOKEN_FILE} names has a line break or a non-ASCII character.")
    return {"accept": "application/json", "authorization": token}


def _token(environ: Mapping[str, str]) -> str | None:
    name = environ.get(_TOKEN_FILE)
    if not name:
        return environ.get(_TOKEN) or None
    try:
        with Path(name).open("rb") as file:
            token = file.read(_LARGEST_TOKEN + 1)
    except OSError as error:
        raise AwsError(f"The file that {_TOKEN_FILE} names cannot be read: {error.strerror}.") from error
    if len(token) > _LARGEST_TOKEN:
        raise AwsError(f"The file that {_TOKEN_FILE} names is larger than {_LARGEST_TOKEN} bytes.")
    return token.decode("latin-1")


def _credentials_in(url: SplitResult, reply: Reply) -> Credentials:
    content = reply.content or {}
    values = [content.get(name) for name in ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")]
    match values:
        case [str(key), str(secret), str(token), str(expiration)]:
            expires_at = _find_moment(expiration)
            if expires_at is not None:
                return Credentials(key, secret, token, expires_at)
    wanted = "a JSON object with AccessKeyId, SecretAccessKey, Token and Expiration"
    raise _no_credentials(url, f"the answer is not {wanted}", f"check {_URI}", transient=reply.content is None)


def _find_moment(text: str) -> datetime | None:
    # The error repeats the text, which may be the secret in the wrong field.
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _no_credentials(url: SplitResult, reason: str, advice: str, *, transient: bool) -> AwsError:
    if transient:
        advice += ", and try again in a moment"
    return AwsError(
        f"The endpoint at {url.netloc} ({_URI}) did not give the role's credentials: {reason}; {advice}.",
        transient=transient,
    )
