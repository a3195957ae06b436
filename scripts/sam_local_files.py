"""Files under `sam local`: somebody imports one that goes through the bucket, and exports more than one reply holds."""

import csv
import hashlib
import io
import json
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote_plus

import httpx
import sam_local
from expected_replies import fault
from sam_local import require, say
from sam_local_stack import LocalStack

_ROOT = Path(__file__).parents[1]
# More than an export that is replied at once may have; the last would not survive a wrong encoding.
_TITLES = [*(f"Water rose {number}" for number in range(1, 2_100)), "Zoë's 🌹, the “red” one"]


def visit(stack: LocalStack) -> None:
    """Make the database, import and export. Raises AssertionError."""
    started = time.monotonic()
    create = json.loads((_ROOT / "events/migrate/create.json").read_text())
    mistake = fault("migrate/create", stack.invoke("MigrateFunction", create))
    require(mistake is None, f"the database is made: {mistake}")
    say("migrate", "", "ok ", started)
    with httpx.Client(base_url=stack.api, timeout=60) as client:
        who = {"email": "ada@example.org", "password": "correct horse battery staple", "name": "Ada"}
        signed_up = sam_local.ask(client, "POST", "/v1/accounts", 201, json=who).json()
        client.headers["Authorization"] = f"Bearer {signed_up['token']['secret']}"
        import_a_file(stack, client)
        export_a_file(stack, client)


def import_a_file(stack: LocalStack, client: httpx.Client) -> None:
    """Announce a file, send it to the bucket by the form that the reply has, and let the worker do the rest."""
    ask = partial(sam_local.ask, client)
    content = write_table(_TITLES)
    announced = {
        "name": "Roses.tsv",
        "format": "tsv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    made = ask("POST", "/v1/imports", 201, json=announced).json()
    upload = made["upload"]
    require((made["state"], upload["parts"]) == ("uploading", 1), "one part is waited for")
    fields = {name: value.replace("{part}", "1") for name, value in upload["fields"].items()}
    with httpx.Client(timeout=60, trust_env=False) as stranger:
        sam_local.ask(stranger, "POST", upload["url"], 204, data=fields, files={"file": ("part", content)})

    messages = stack.work()
    bodies = [json.loads(message["Body"]) for message in messages]
    told = [unquote_plus(record["s3"]["object"]["key"]) for body in bodies for record in body.get("Records", ())]
    require(told == [fields["key"]], f"the bucket told of the part: {told}")
    done = ask("GET", made["url"], 200).json()
    require((done["state"], done["tasks"], done["problem_count"]) == ("done", len(_TITLES), 0), f"all went in: {done}")
    lists = ask("GET", "/v1/lists", 200).json()
    (roses,) = (each for each in lists if each["title"] == "Roses")
    require(list(titles_in(client, roses["url"])) == _TITLES, "the tasks are there, in order")

    stack.deliver(messages)
    require(stack.work() == [], "the same messages again begin nothing")
    require(ask("GET", made["url"], 200).json() == done, "the import is as it was")
    require(ask("GET", "/v1/lists", 200).json() == lists, "and so is the list")


def export_a_file(stack: LocalStack, client: httpx.Client) -> None:
    """Ask for everything, let the worker write it to the bucket, and fetch it from there."""
    ask = partial(sam_local.ask, client)
    place = ask("GET", "/v1/export?format=tsv", 202).headers["Location"]
    require(ask("GET", place, 200).json()["state"] == "waiting", "it waits for the worker")
    require(len(stack.work()) == 1, "the worker is told once")
    address = ask("GET", place, 303).headers["Location"]
    with httpx.Client(timeout=60, trust_env=False) as stranger:
        file = sam_local.ask(stranger, "GET", address, 200)
    require("attachment" in file.headers["Content-Disposition"], "it is to be saved")
    rows = list(csv.DictReader(io.StringIO(file.text), dialect="excel-tab"))
    require([row["title"] for row in rows] == _TITLES, "all tasks are in it, in order")


def titles_in(client: httpx.Client, of_list: str) -> Iterator[str]:
    """What the tasks of a list are called, page by page."""
    page: str | None = f"{of_list}/tasks?limit=500"
    while page:
        reply = sam_local.ask(client, "GET", page, 200)
        yield from (task["title"] for task in reply.json())
        following = re.search(r'<([^>]+)>; *rel="next"', reply.headers.get("Link", ""))
        page = following and following[1]


def write_table(titles: list[str]) -> bytes:
    """A file that is to be imported."""
    text = io.StringIO()
    csv.writer(text, dialect="excel-tab").writerows([["Task"], *([title] for title in titles)])
    return text.getvalue().encode()
