"""As whom to log in, and where: looked up when a connection is opened, and again when the database refuses it.

Nothing is looked up before the first connection, so that a snapshot of a starting environment holds no secret.
"""

import time
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import URL

from todo.database.address import BadDatabaseAddress, parse_address, public_address, with_credentials

# An RDS token is good for 15 minutes: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
_TOKEN_SECONDS = 600


class LoginUnavailable(Exception):
    """The login cannot be looked up; the text says why, without a secret. `transient`: it may be in a moment."""

    def __init__(self, reason: str, *, transient: bool) -> None:
        super().__init__(reason)
        self.transient = transient


class Login(Protocol):
    """Where to connect and as whom. `name` says where for people, `url` what is known without looking anything up."""

    name: str
    url: URL

    def current(self) -> URL:
        """The address to connect to. Raises LoginUnavailable."""

    def renew(self) -> bool:
        """After the database refused it: forget what is kept. False where the next one would be the same."""

    def forget(self) -> None:
        """Keep no secret from here on until the next connection."""


class FixedLogin:
    """The address and password in a URL."""

    def __init__(self, url: URL) -> None:
        self.name = public_address(url)
        self.url = url

    def current(self) -> URL:
        """The URL."""
        return self.url

    def renew(self) -> bool:
        """There is no other."""
        return False

    def forget(self) -> None:
        """It is in the settings, whatever is done here."""


class SecretLogin:
    """What a secret holds, kept until the database refuses it: that is how a rotated password is noticed."""

    def __init__(self, name: str, read: Callable[[], str], address: URL | None = None) -> None:
        """`read()` gives the secret's text, as `parse_address` takes it, or raises LoginUnavailable.

        With an `address`, only the user and the password are the secret's.
        """
        self.name = name
        self.url = address or URL.create("postgresql")
        self._read = read
        self._address = address
        self._kept: URL | None = None

    def current(self) -> URL:
        """The kept address, else what the secret says now."""
        if self._kept is None:
            try:
                text = self._read()
                self._kept = parse_address(text) if self._address is None else with_credentials(self._address, text)
            except BadDatabaseAddress as error:
                raise LoginUnavailable(f"{self.name}: {error}", transient=False) from error
        return self._kept

    def renew(self) -> bool:
        """Read the secret again next time."""
        self._kept = None
        return True

    def forget(self) -> None:
        """The same."""
        self._kept = None


class TokenLogin:
    """Another login's address, with a token in the place of the password, made anew every 10 minutes."""

    def __init__(self, address: Login, sign: Callable[[URL], str]) -> None:
        """`sign(url)` makes the token for a host, port and user, or raises LoginUnavailable."""
        self.name, self.url = address.name, address.url
        self._address = address
        self._sign = sign
        self._kept: tuple[URL, float] | None = None

    def current(self) -> URL:
        """The address with a token; over TLS alone, since a token is a password for whoever reads it."""
        # The wall clock: a token ages while the environment is frozen, and the monotonic clock may not.
        now = time.time()
        if self._kept is None or not 0 <= now - self._kept[1] < _TOKEN_SECONDS:
            url = self._address.current()
            secured = url.update_query_dict({"sslmode": "verify-full", "sslrootcert": "system", **url.query})
            self._kept = secured.set(password=self._sign(url)), now
        return self._kept[0]

    def renew(self) -> bool:
        """Make another token next time, for what the address is then."""
        self._kept = None
        self._address.renew()
        return True

    def forget(self) -> None:
        """Forget the token, and what the address keeps."""
        self._kept = None
        self._address.forget()
