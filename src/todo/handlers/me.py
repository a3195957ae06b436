"""One's own account and tokens."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from todo.errors import Fault, InvalidInput
from todo.handlers.api_handler import ApiHandler
from todo.handlers.attempts import count_attempt
from todo.handlers.operation import operation
from todo.services import accounts, tokens
from todo.services.throttles import Counted
from todo.shapes.account import Account, AccountPatch
from todo.shapes.token import ListedToken, NewToken, NewTokenReply


class MeHandler(ApiHandler):
    """`/v1/me`."""

    @operation("Your account", returns=Account, tagged=True)
    async def get(self) -> None:
        """Show the account."""
        self.reply_versioned(await self.read(accounts.get_me))

    @operation(
        "Change your account",
        body=AccountPatch,
        returns=Account,
        guarded=True,
        keyed=True,
        tagged=True,
        refusals=(429,),
    )
    async def patch(self) -> None:
        """Change the account; a new address or password needs the current password."""
        patch, backend = self.body(AccountPatch), self.backend
        new_hash = verified = None
        if patch.password is not UNSET or patch.email is not UNSET:
            verified = await self._verified(patch.current_password)
        password = patch.password
        if not isinstance(password, UnsetType):
            new_hash = await self.run(lambda: backend.passwords.hash(password))
        # The passwords are left behind: what is kept of a command, a quick digest, could be tried against guesses.
        patch = msgspec.structs.replace(patch, password=UNSET, current_password=UNSET)
        changed = await self.commit(accounts.update_me, patch, self.if_match(), verified, new_hash)
        await self.tell_of_reminders(changed=changed.digest)
        self.reply_versioned(changed)

    @operation("Delete your account with all its data", status=204, guarded=True)
    async def delete(self) -> None:
        """Delete everything that the account owns, at once and for good."""
        job_ids = await self.commit(accounts.delete_me, self.if_match())
        await self.tell_of_jobs(*job_ids)
        self.end_session()
        self.reply_nothing()

    async def _verified(self, password: str | UnsetType) -> str:
        if isinstance(password, UnsetType):
            raise InvalidInput(Fault("This field is needed to change the address or password", "/current_password"))
        backend = self.backend
        me = await self.read(accounts.get_me)
        await count_attempt(self, Counted("password check", str(me.id), 5))
        stored = await self.read(accounts.password_hash_of)
        if not await self.run(lambda: backend.passwords.verify(stored, password)):
            raise InvalidInput(Fault("This is not the current password", "/current_password"))
        return stored


class TokensHandler(ApiHandler):
    """`/v1/tokens`."""

    @operation("Your tokens", returns=tuple[ListedToken, ...])
    async def get(self) -> None:
        """List the tokens; at most a thousand, in one page."""
        self.reply(await self.read(tokens.list_all))

    @operation("Make a token", body=NewToken, returns=NewTokenReply, status=201, keyed=True, refusals=(409,))
    async def post(self) -> None:
        """Make a token; its secret is shown this once."""
        self.reply_created(await self.commit(tokens.create, self.body(NewToken)))


class TokenHandler(ApiHandler):
    """`/v1/tokens/{token_id}`."""

    @operation("Revoke a token", status=204, keyed=True)
    async def delete(self, token_id: UUID) -> None:
        """Revoke it; it stops working at once."""
        await self.commit(tokens.revoke, token_id)
        self.reply_nothing()


ROUTES = {"/v1/me": MeHandler, "/v1/tokens": TokensHandler, "/v1/tokens/{token_id}": TokenHandler}
