"""Who lives in this service before the storm: accounts with a token and a list each, made through its own API.

As a program: migrates the database TODO_DATABASE_URL and prints COUNT people as JSON, in its last line.
"""

import json
import os
import sys
import uuid
from dataclasses import dataclass
from typing import Any

from http_event import event


@dataclass(frozen=True, slots=True)
class Person:
    """`tasks`: the path of the tasks of their list."""

    token: str
    tasks: str


def strangers(count: int) -> list[Person]:
    """People whom only peers serve: they have no accounts, so any token and any list will do."""
    return [Person("none", f"/v1/lists/{uuid.UUID(int=number + 1)}/tasks") for number in range(count)]


class _Context:
    aws_request_id = "before-the-storm"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


def _sign_up(handler: Any, number: int) -> Person:
    credentials = {"email": f"person.{number}@example.org", "password": "correct horse battery"}
    token = _made(handler, "/v1/accounts", credentials, None)["token"]["secret"]
    return Person(token, _made(handler, "/v1/lists", {"title": "Home"}, token)["url"] + "/tasks")


def _made(handler: Any, path: str, fields: dict[str, str], token: str | None) -> Any:
    reply = handler(event("POST", path, json.dumps(fields), token), _Context())
    if reply["statusCode"] != 201:
        raise SystemExit(f"{path} answers {reply}")
    return json.loads(reply["body"])


def main() -> None:
    from storm_contenders import CONTENDERS

    handler = CONTENDERS["ours-invocation"].load(os.environ["TODO_DATABASE_URL"])()
    from todo.entrypoints.http import settings
    from todo.invocation import open_database
    from todo.migrations.run import migrate

    migrate(open_database(settings).engine)
    people = [_sign_up(handler, number) for number in range(int(sys.argv[1]))]
    print(json.dumps([[person.token, person.tasks] for person in people]))


if __name__ == "__main__":
    main()
