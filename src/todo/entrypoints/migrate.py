"""The Lambda function that looks after the database: a custom resource of the stack, and what is asked for by hand.

CloudFormation invokes it on every deployment, and waits for its answer before it touches the functions that need the
new schema. An answer of FAILED takes the deployment back. Whoever may invoke it has it make an invite, since a service
that is not open to everybody needs a first one, and what sets a forgotten password, since not every service can send
mail: the database can be reached from the VPC alone.
"""

import logging
import os
import threading
from typing import Any

from todo import custom_resource
from todo.clock import system_clock
from todo.custom_resource import Answer
from todo.database import Database
from todo.errors import NotFound
from todo.invocation import invocation, open_database, seconds_of
from todo.migrations.failures import DatabaseAhead
from todo.observability import log_to_cloudwatch
from todo.services import accounts, password_resets, tokens
from todo.settings import Settings
from todo.storage import CannotStart, bring_up_to_date

_log = logging.getLogger("todo.migrate")

_RESOURCE_ID = "todo-schema"
_MOST_DAYS = 3_650
# A paused Aurora takes half a minute to wake, and more when it slept for a day; a new one has only just started.
_WAKES_WITHIN = 120.0
# So long before Lambda would end it, the function says that it did not get done.
_LAST_WORD_SECONDS = 15.0


def answer_to(event: Any, database: Database, service_user: str | None, wait: float) -> Answer:
    """Do what CloudFormation asks for, waiting up to `wait` seconds for the database.

    Nothing is ever deleted: the data goes when its database does.
    """
    if isinstance(event, dict) and event.get("RequestType") == "Delete":
        return Answer("SUCCESS", "The schema and the data stay as they are.")
    try:
        before, after = bring_up_to_date(database, service_user, wait=wait)
    except CannotStart as error:
        if isinstance(error.__cause__, DatabaseAhead):
            # A deployment that is being taken back: this version works on the schema of the next one.
            _log.warning("the database is ahead of this version")
            return Answer(
                "SUCCESS", "The database is ahead of this version, and was left alone.", {"Revision": "ahead"}
            )
        _log.error("the migration failed: %s", error)
        return Answer("FAILED", str(error))
    _log.info("migrated", extra={"before": before, "after": after})
    return Answer("SUCCESS", f"At revision {after}.", {"Revision": after})


def make_invite(wanted: Any, database: Database, context: object) -> dict[str, Any]:
    """An invite for one sign-up, good for `{"days": 7}`. Raises ValueError for other days than 1 to 3650."""
    days = wanted.get("days", 7) if isinstance(wanted, dict) else None
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _MOST_DAYS:
        raise ValueError(f'expected {{"invite": {{"days": N}}}}, with a whole number from 1 to {_MOST_DAYS}')
    secret = tokens.new_secret("invite")
    with invocation(database, context):
        expires = database.write(accounts.make_invite, system_clock(), secret, days)
    return {"invite": secret, "expires_at": expires.isoformat()}


def make_password_reset(wanted: Any, database: Database, context: object) -> dict[str, Any]:
    """What sets the password of `{"email": "ann@example.org"}`. Raises ValueError, which does not say the address."""
    email = wanted.get("email") if isinstance(wanted, dict) else None
    if not isinstance(email, str):
        raise ValueError('expected {"password_reset": {"email": "ann@example.org"}}')
    try:
        with invocation(database, context):
            secret, expires = database.write(password_resets.make, system_clock(), email)
    except NotFound:
        raise ValueError("there is no account with this address") from None
    return {"secret": secret, "expires_at": expires.isoformat()}


def handler(event: Any, context: Any = None) -> dict[str, Any]:
    """Migrate, and tell CloudFormation; by hand, `{}` migrates, too, `{"invite": {"days": 7}}` makes an invite, and
    `{"password_reset": {"email": "ann@example.org"}}` what sets that password.
    """
    request = event if isinstance(event, dict) else {}
    if "invite" in request:
        return make_invite(request["invite"], database, context)
    if "password_reset" in request:
        return make_password_reset(request["password_reset"], database, context)
    return migrate(request, context)


def migrate(request: dict[str, Any], context: object) -> dict[str, Any]:
    """Migrate, and tell CloudFormation before Lambda ends the function, whatever happens."""
    told = threading.Lock()

    def tell(answer: Answer) -> None:
        if told.acquire(blocking=False):
            custom_resource.send(request, answer, _RESOURCE_ID)

    seconds = max(1.0, seconds_of(context) - _LAST_WORD_SECONDS)
    late = threading.Timer(
        seconds,
        tell,
        [Answer("FAILED", "The migration took longer than the function may run. Nothing of it will be kept.")],
    )
    late.daemon = True
    late.start()
    try:
        outcome = answer_to(request, database, settings.database_service_user, min(_WAKES_WITHIN, seconds / 2))
    except BaseException as error:
        tell(Answer("FAILED", f"{type(error).__name__}: see the function's log."))
        raise
    finally:
        late.cancel()
        database.close()
    tell(outcome)
    return {"status": outcome.status, "reason": outcome.reason, "revision": outcome.data.get("Revision")}


settings = Settings.from_environment(os.environ)
log_to_cloudwatch(settings.log_level)
database = open_database(settings, makes_tables=False)
