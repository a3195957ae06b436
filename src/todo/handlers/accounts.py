"""Signing up, logging in and out."""

from msgspec.structs import replace

from todo.errors import SignUpRefused, Unauthenticated
from todo.handlers.api_handler import ApiHandler
from todo.handlers.attempts import by_address, by_client, count_attempt
from todo.handlers.operation import operation
from todo.services import accounts, throttles, tokens
from todo.shapes.account import Credentials, NewAccount, SignedIn


class AccountsHandler(ApiHandler):
    """`/v1/accounts`."""

    @operation("Sign up", body=NewAccount, returns=SignedIn, status=201, public=True, refusals=(403, 429))
    async def post(self) -> None:
        """Make an account and its first token."""
        backend, now, new = self.backend, self.backend.clock(), self.body(NewAccount)
        if new.cookie:
            self.cookie.require_own_page()
        if backend.sign_up == "closed":
            raise SignUpRefused("Signing up is closed here. Ask whoever runs the service for an account.")
        mine, client = by_address("sign-up", new.email), by_client("sign-up", self)
        await count_attempt(self, mine, client)
        password_hash = await self.run(lambda: backend.passwords.hash(new.password))
        # Where it joins a list, those who listen to it hear of that.
        signed_in = await self.store(accounts.sign_up, now, new, password_hash, invited=backend.sign_up == "invite")
        await self.run(lambda: backend.database.write(throttles.succeeded, mine, client))
        await self.tell_of_reminders(changed=signed_in.account.digest)
        self.set_header("Location", signed_in.account.url)
        _reply(self, signed_in, cookie=new.cookie)


class SessionsHandler(ApiHandler):
    """`/v1/sessions`."""

    @operation("Log in", body=Credentials, returns=SignedIn, status=201, public=True, refusals=(401, 403, 429))
    async def post(self) -> None:
        """Make a token for whoever knows the password. An unknown address takes as long and reads the same."""
        backend, now, given = self.backend, self.backend.clock(), self.body(Credentials)
        if given.cookie:
            # Else a page elsewhere could log the browser in as somebody of its choice, to whom all then goes.
            self.cookie.require_own_page()
        mine, client = by_address("log-in", given.email), by_client("log-in", self)
        await count_attempt(self, mine, client)
        found = await self.run(lambda: backend.database.read(accounts.find_by_address, given.email))
        account_id, password_hash = found or (None, None)
        verified = await self.run(lambda: backend.passwords.verify(password_hash, given.password))
        if not verified or account_id is None or password_hash is None:
            raise Unauthenticated("The address or the password is wrong.")
        signed_in = await self.run(lambda: backend.database.write(accounts.log_in, now, account_id, password_hash))
        await self.run(lambda: backend.database.write(throttles.succeeded, mine, client))
        self.set_header("Location", signed_in.token.url)
        _reply(self, signed_in, cookie=given.cookie)


class CurrentSessionHandler(ApiHandler):
    """`/v1/sessions/current`."""

    @operation("Log out", status=204)
    async def delete(self) -> None:
        """Revoke the token that asks."""
        await self.commit(tokens.revoke_current)
        self.end_session()
        self.reply_nothing()


def _reply(handler: ApiHandler, signed_in: SignedIn, *, cookie: bool) -> None:
    """Send who is logged in, with the secret of the new token, or with it in the page's cookie."""
    token = signed_in.token
    if cookie and token.secret is not None and token.expires_at is not None:
        handler.cookie.keep(token.secret, token.expires_at, handler.backend.clock())
        signed_in = replace(signed_in, token=replace(token, secret=None))
    handler.reply(signed_in, 201)


ROUTES = {
    "/v1/accounts": AccountsHandler,
    "/v1/sessions": SessionsHandler,
    "/v1/sessions/current": CurrentSessionHandler,
}
