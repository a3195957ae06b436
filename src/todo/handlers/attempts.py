"""Counting what strangers try, by the address that they name and by where they are."""

from todo.errors import TooManyAttempts
from todo.handlers.api_handler import ApiHandler
from todo.services import accounts, throttles
from todo.services.throttles import Counted

_FREE_BY_ADDRESS = 5
_FREE_BY_CLIENT = 50


def by_address(kind: str, email: str) -> Counted:
    """The counter of what is tried with an address, whether or not it has an account."""
    return Counted(f"{kind} address", accounts.address_key(email), _FREE_BY_ADDRESS)


def by_client(kind: str, handler: ApiHandler) -> Counted:
    """The counter of what is tried from where the request came from."""
    return Counted(f"{kind} client", handler.call.client, _FREE_BY_CLIENT)


async def count_attempt(handler: ApiHandler, *counters: Counted) -> None:
    """Count one attempt on each, in a unit of its own. Raises TooManyAttempts."""
    backend = handler.backend
    now = backend.clock()
    wait = await handler.run(lambda: backend.database.write(throttles.attempt, now, *counters))
    if wait:
        raise TooManyAttempts(wait)
