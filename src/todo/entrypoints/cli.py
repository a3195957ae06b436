"""The command line: `todo serve | watch | import | export | migrate | user | token | jobs | openapi`."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from todo import __version__
from todo.clock import system_clock
from todo.database import Database
from todo.database.address import BadDatabaseAddress
from todo.errors import DomainError, InvalidInput
from todo.formats import NAMES, WRITTEN
from todo.handlers import parsing
from todo.handlers.contract import document
from todo.handlers.resources import RESOURCES
from todo.services import accounts, jobs, password_resets, tokens
from todo.services.passwords import Passwords
from todo.settings import BadSetting, Settings
from todo.shapes.account import NewAccount
from todo.shapes.token import NewToken
from todo.storage import CannotStart, bring_up_to_date, open_local_database

_JOBS_AT_ONCE = 500
_WATCH = "Show a list as it changes, and who has it open; where you type, each line becomes a task."


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0, or 1 with a line on standard error that says what to do.

    130 where it was interrupted, as shells have it. Without a command it prints the help.
    """
    options = _parser().parse_args(arguments)
    try:
        succeeded = options.run(options) is not False
        sys.stdout.flush()
    except InvalidInput as error:
        for fault in error.faults:
            print(f"todo: {_argument(fault.where)}: {fault.detail}", file=sys.stderr)
        return 1
    except (BadSetting, BadDatabaseAddress, DomainError, CannotStart) as error:
        print(f"todo: {error}", file=sys.stderr)
        return 1
    except EOFError:
        print("\ntodo: nothing was typed; nothing was done", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntodo: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output (`head`, say) has enough; Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0 if succeeded else 1


def _argument(where: str) -> str:
    """A field of a request as the command line calls it."""
    name = where.strip("/").replace("_", "-")
    return name if name in ("email", "password") else f"--{name}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="todo", description="A to-do service: serve it, and look after it.")
    parser.set_defaults(run=lambda _options: parser.print_help())
    commands = parser.add_subparsers(metavar="COMMAND")

    def group(name: str, text: str) -> Any:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=lambda _options: added.print_help())
        return added.add_subparsers(metavar="COMMAND")

    def command(name: str, run: Any, text: str, within: Any = commands) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = within.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument("--data", type=Path, default=Path("var"), help="folder of the SQLite database (var)")
        return added

    serve = command("serve", _serve, "Serve the API on this machine.")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8080, help="port to listen on (8080)")
    _client_commands(commands)
    command("migrate", _migrate, "Bring the database to the schema of this version.")
    openapi = command("openapi", _openapi, "Print the OpenAPI document.")
    openapi.add_argument("--indent", type=int, default=2)

    users = group("user", "Accounts.")
    create = command("create", _create_user, "Make an account, whatever TODO_SIGN_UP says.", users)
    create.add_argument("email")
    create.add_argument("--name", default="")
    create.add_argument("--time-zone", default="UTC")
    create.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    invite = command("invite", _invite, "Make an invite for one sign-up.", users)
    invite.add_argument("--days", type=_days, default=7, help="how long it is good for (7)")

    reset = command(
        "reset-password", _reset_password, "Make what sets a new password, where no mail can be sent.", users
    )
    reset.add_argument("email")

    tokens = group("token", "Tokens.")
    token = command("create", _create_token, "Make a token for an account and print it.", tokens)
    token.add_argument("email")
    token.add_argument("--name", default="made on the command line")
    token.add_argument("--access", choices=("read", "write"), default="write")
    token.add_argument("--days", type=_days, help="how long it is good for (for ever)")

    jobs_group = group("jobs", "Mails and other work that is done later.")
    listed = command("list", _list_jobs, "List the jobs that were given up, and why.", jobs_group)
    listed.add_argument("--limit", type=_limit, default=50, help="how many, the latest first (50)")
    command("retry", _retry_jobs, "Try the jobs that were given up anew.", jobs_group)
    return parser


def _client_commands(commands: Any) -> None:
    """The commands that speak to a running service, on this machine or deployed."""

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument(
            "--url", default="http://127.0.0.1:8080", help="where the service is (http://127.0.0.1:8080)"
        )
        added.add_argument("--token", help="the secret of a token or link (the variable TODO_TOKEN, no log shows it)")
        return added

    watch = command("watch", _watch, _WATCH)
    watch.add_argument("list", help="its id, or its title")

    put = command("import", _import, "Bring the lists and tasks of a file in.")
    put.add_argument("file", type=Path, nargs="?", help="what another program, or `todo export`, wrote")
    put.add_argument("--list", help="the id or title of the list to put it into (lists of its own)")
    put.add_argument("--format", choices=NAMES, help="what the file is (found out)")
    put.add_argument(
        "--map", type=_pair, action="append", metavar="FIELD=COLUMN", help="which column of a table holds a field"
    )
    put.add_argument("--encoding", help="of a table (found out)")
    put.add_argument("--separator", help="of a table (found out)")
    put.add_argument("--dry-run", action="store_true", help="say what would happen, and do nothing")
    put.add_argument("--all-or-nothing", action="store_true", help="import nothing where one row cannot be read")
    put.add_argument("--again", action="store_true", help="also what was imported before, a second time")
    put.add_argument("--cancel", metavar="ID", help="stop the import with this id instead")

    get = command("export", _export, "Write lists and tasks to a file.")
    get.add_argument("--list", help="the id or title of one list (all)")
    get.add_argument("--format", choices=WRITTEN, default="json", help="what to write (json, which holds everything)")
    get.add_argument("--output", help="where to, - for standard output (a file here, named by the service)")
    get.add_argument("--replace", action="store_true", help="overwrite a file that is there")


def _serve(options: Any) -> None:
    from todo.entrypoints import server

    server.serve(_settings(), os.environ, host=options.host, port=options.port, data=options.data)


def _watch(options: Any) -> None:
    from todo.entrypoints import watch

    watch.watch(options.url, _token(options), options.list)


def _import(options: Any) -> bool:
    from todo.entrypoints import transfer

    token = _token(options)
    if options.cancel:
        return transfer.cancel_import(options.url, token, options.cancel)
    if options.file is None:
        raise CannotStart("Name the file: todo import FILE.")
    wishes = transfer.Wishes(
        list=options.list,
        format=options.format,
        mapping=dict(options.map) if options.map else None,
        encoding=options.encoding,
        separator=options.separator,
        dry_run=options.dry_run,
        all_or_nothing=options.all_or_nothing,
        again=options.again,
    )
    return transfer.import_file(options.url, token, options.file, wishes)


def _export(options: Any) -> None:
    from todo.entrypoints import transfer

    transfer.export(options.url, _token(options), options.format, options.list, options.output, replace=options.replace)


def _token(options: Any) -> str:
    """Of whoever types, and no setting. Raises CannotStart."""
    token: str = options.token or os.environ.get("TODO_TOKEN", "").strip()
    if not token:
        raise CannotStart("A token is needed: --token, or TODO_TOKEN. `todo token create` makes one.")
    return token


def _migrate(options: Any) -> None:
    database = open_local_database(_settings(), os.environ, options.data)
    try:
        before, after = bring_up_to_date(database)
    finally:
        database.close()
    print(
        f"The database is at revision {after}."
        if before == after
        else f"Migrated from {before or 'nothing'} to {after}."
    )


def _openapi(options: Any) -> None:
    print(json.dumps(document(__version__, tuple(RESOURCES.items())), indent=options.indent, ensure_ascii=False))


def _create_user(options: Any) -> None:
    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else getpass.getpass("Password: ")
    fields = {
        "email": options.email,
        "password": password,
        "name": options.name,
        "time_zone": options.time_zone,
    }
    new = parsing.parse_json(json.dumps(fields).encode(), NewAccount)
    with _database(options) as database:
        made = database.write(accounts.sign_up, system_clock(), new, Passwords().hash(password), invited=False)
    print(f"Made the account {made.account.email} ({made.account.id}).")


def _invite(options: Any) -> None:
    secret = tokens.new_secret("invite")
    with _database(options) as database:
        expires = database.write(accounts.make_invite, system_clock(), secret, options.days)
    print(secret)
    print(f"Good for one sign-up until {expires:%Y-%m-%d %H:%M} UTC, as `invite`.", file=sys.stderr)


def _reset_password(options: Any) -> None:
    with _database(options) as database:
        secret, expires = database.write(password_resets.make, system_clock(), options.email)
    public_url = _settings().public_url
    print(f"{public_url}/reset-password#secret={secret}" if public_url else secret)
    how = "" if public_url else ", as `secret` of PUT /v1/password-resets"
    print(f"Good once, until {expires:%Y-%m-%d %H:%M} UTC{how}. Hand it to nobody else.", file=sys.stderr)


def _create_token(options: Any) -> None:
    now = system_clock()
    expires = None if options.days is None else now + timedelta(days=options.days)
    new = NewToken(name=options.name, access=options.access, expires_at=expires)
    with _database(options) as database:
        made = database.write(tokens.create_for_address, options.email, new, now)
    print(made.secret)


def _list_jobs(options: Any) -> None:
    with _database(options) as database:
        found = database.read(jobs.given_up, options.limit)
    for job in found:
        at = "" if job.at is None else f"{job.at:%Y-%m-%d %H:%M} UTC"
        print(f"{job.id}  {job.kind}  {at}  after {job.attempts} attempts: {job.error}")
    print(f"{len(found)} jobs were given up." if found else "No job was given up.", file=sys.stderr)


def _retry_jobs(options: Any) -> None:
    revived = 0
    with _database(options) as database:
        while count := database.write(jobs.revive, system_clock(), _JOBS_AT_ONCE):
            revived += count
    print(f"{revived} jobs will be tried anew, within a minute where the service runs.")


@contextmanager
def _database(options: Any) -> Iterator[Database]:
    """The database, brought up to date and closed afterwards."""
    database = open_local_database(_settings(), os.environ, options.data)
    try:
        bring_up_to_date(database)
        yield database
    finally:
        database.close()


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals or not field or not column:
        raise argparse.ArgumentTypeError("expected FIELD=COLUMN, as in due=Deadline")
    return field, column


def _limit(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError("expected a number from 1 to 10000")
    return int(text)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3_650:
        raise argparse.ArgumentTypeError("expected a number of days from 1 to 3650")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError("expected a port from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
