"""Passwords that RDS, Aurora and RDS Proxy take from an IAM role."""

import re
from datetime import datetime
from urllib.parse import quote

from todo.aws.credentials import Credentials
from todo.aws.endpoints import REGION, dns_suffix, is_region
from todo.aws.errors import AwsError
from todo.aws.signature import presigned_url

# Not compiled here, since the first call pays for it, and a start without one does not.
_HOST = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"

# In China, and where AWS is apart from the Internet, newer names have the Region last.
_OF_RDS = rf".+\.(?:({REGION})\.rds|rds\.({REGION}))\.([a-z0-9.-]+)"


def rds_auth_token(
    host: str, port: int, user: str, *, region: str, credentials: Credentials, now: datetime, expires: int = 900
) -> str:
    """The password with which `user` logs in to a database that takes IAM roles. Made here: nothing is asked.

    `host` and `port` are the database's or the proxy's own: the token is for them alone, so neither an alias nor a
    tunnel's address fits. `now` carries a zone. `expires` is in seconds from then; RDS takes a token for 15 minutes,
    looks at it when somebody logs in, and not again while the connection lives. TLS is needed.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html

    Raises `AwsError` for what is no host, port or Region.
    """
    if not re.fullmatch(_HOST, host) or not 0 < port < 65_536:
        raise AwsError("The address for an IAM token is not the host and port of a database.")
    if not is_region(region):
        raise AwsError(f"{region[:40]!r} is not a Region such as eu-west-1 (for an IAM token for {host}).")
    url = presigned_url(
        "GET",
        f"https://{host}:{port}/?Action=connect&DBUser={quote(user, safe='')}",
        credentials=credentials,
        region=region,
        service="rds-db",
        now=now,
        expires=expires,
    )
    return url.removeprefix("https://")


def find_rds_region(host: str) -> str | None:
    """The Region in the name that RDS gave an instance, a cluster or a proxy; None for any other name.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html
    """
    found = re.fullmatch(_OF_RDS, host.lower().removesuffix("."))
    if found is None:
        return None
    region: str = found[1] or found[2]
    return region if found[3] == dns_suffix(region) else None
