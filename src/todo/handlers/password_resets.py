"""Forgotten passwords: asking for a mail, and setting the new one."""

from todo.handlers.api_handler import ApiHandler
from todo.handlers.attempts import by_address, by_client, count_attempt
from todo.handlers.operation import operation
from todo.services import password_resets, throttles
from todo.shapes.password_reset import NewPassword, NewPasswordReset


class PasswordResetsHandler(ApiHandler):
    """`/v1/password-resets`."""

    @operation("Ask for a new password", body=NewPasswordReset, status=202, public=True, refusals=(429,))
    async def post(self) -> None:
        """Mail a secret to the address, if it has an account; the reply is the same if it has none."""
        now, asked = self.backend.clock(), self.body(NewPasswordReset)
        await count_attempt(self, by_address("password reset", asked.email), by_client("password reset", self))
        await self.tell_of_jobs(await self.store(password_resets.ask, now, asked.email))
        self.reply_nothing(202)

    @operation("Set a new password", body=NewPassword, status=204, public=True, refusals=(404,))
    async def put(self) -> None:
        """Set the password, with the secret that was mailed. It is good for an hour, once; every log-in ends."""
        backend, now, given = self.backend, self.backend.clock(), self.body(NewPassword)
        await self.run(lambda: backend.database.read(password_resets.require, now, given.secret))
        password_hash = await self.run(lambda: backend.passwords.hash(given.password))
        email = await self.store(password_resets.use, now, given.secret, password_hash)
        # Who guessed until nothing went any more, and then asked for a mail, may log in at once.
        counted = [by_address(kind, email) for kind in ("log-in", "password reset")]
        await self.run(lambda: backend.database.write(throttles.forget, *counted))
        self.reply_nothing()


ROUTES = {"/v1/password-resets": PasswordResetsHandler}
