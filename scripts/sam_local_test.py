"""Run what was built under `sam local`: its imports, every event in events/, a journey by HTTP, files through a bucket,
the page, the example.

    python scripts/sam_local_test.py SAM [imports] [events] [journey] [files] [page] [example]

scripts/sam-local-test prepares what this needs.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import sam_local
import sam_local_example
import sam_local_files
import sam_local_page
from artifact import IMAGE, PLACE
from expected_replies import EXPECTED, FUNCTIONS, fault
from sam_local import SamLocal, require
from sam_local_stack import local_stack

ARTIFACT = Path(".aws-sam/build/HttpFunction-Shared").resolve()  # what SAM calls an artifact of several functions
EVENTS = Path("events")
EXAMPLE = Path(".aws-sam/guestbook").resolve()


def check_imports() -> None:
    """Everything imports where there is nothing but the artifact and a bare Python 3.13."""
    mount = f"{ARTIFACT}:{PLACE}:ro"
    run = (
        "podman",
        "run",
        "--rm",
        "-i",
        "--network=none",
        "-v",
        mount,
        "-w",
        PLACE,
        "--entrypoint",
        "python3",
        IMAGE,
    )
    compiled = any(ARTIFACT.glob("todo/__pycache__/*.pyc"))
    program = Path(__file__).with_name("import_artifact.py").read_text()
    command = [*run, "-", "compiled" if compiled else "bare"]
    done = subprocess.run(command, input=program, stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, end="")
    require("modules of ours import" in done.stdout, "the program ran in the container")


def check_events(sam: SamLocal) -> int:
    """The number of recorded events that were answered otherwise than expected."""
    recorded = {path.relative_to(EVENTS).with_suffix("").as_posix() for path in EVENTS.glob("*/*.json")}
    if recorded != EXPECTED.keys():
        raise SystemExit(f"events/ and the table of expected replies differ: {recorded ^ EXPECTED.keys()}")

    def check(name: str) -> str | None:
        started = time.monotonic()
        event = EVENTS / f"{name}.json"
        mistake = fault(name, sam.invoke(FUNCTIONS[event.parent.name], event.read_text()))
        lines = f"\n      {mistake}" if mistake else ""
        print(f"{'WRONG' if mistake else 'ok   '} {name:40}{time.monotonic() - started:.1f} s{lines}", flush=True)
        return mistake

    # Each is a start of SAM and of a container: two at a time take little more than one.
    with ThreadPoolExecutor(2) as pool:
        return sum(mistake is not None for mistake in pool.map(check, sorted(EXPECTED)))


def journey(address: str) -> None:
    """Sign up, make a list, add and finish tasks, filter, page, throw away and restore."""
    with httpx.Client(base_url=address, timeout=60) as client:
        ask = partial(sam_local.ask, client)
        ask("GET", "/v1/lists", 401)
        ada = {"email": "ada@example.org", "password": "correct horse battery staple", "name": "Ada"}
        signed_up = ask("POST", "/v1/accounts", 201, json=ada).json()
        client.headers["Authorization"] = f"Bearer {signed_up['token']['secret']}"

        made = ask("POST", "/v1/lists", 201, json={"title": "Garden"})
        garden = made.json()
        tasks = f"/v1/lists/{garden['id']}/tasks"
        titles = ["Sow", "Water", "Weed", "Harvest"]
        rows = [ask("POST", tasks, 201, json={"title": title, "labels": ["garden"]}).json() for title in titles]

        done = ask("PATCH", f"/v1/tasks/{rows[0]['id']}", 200, json={"completed": True})
        require(done.json()["completed"] is True and done.json()["completed_at"], "completed")
        require(
            done.headers["ETag"] == f'"{rows[0]["id"]}-{done.json()["version"]}"',
            "the ETag names the version",
        )
        ask(
            "PATCH",
            f"/v1/tasks/{rows[0]['id']}",
            412,
            json={"title": "Old"},
            headers={"If-Match": f'"{rows[0]["id"]}-0"'},
        )

        finished = ask("GET", f"{tasks}?completed=true", 200).json()
        require([row["title"] for row in finished] == ["Sow"], "the filter finds what is completed")

        first = ask("GET", f"{tasks}?limit=3", 200)
        link = re.search(r'<([^>]+)>; *rel="next"', first.headers["Link"])
        require(link is not None, "the first page links to the next")
        assert link is not None  # noqa: S101  # for the type checker
        second = ask("GET", link[1], 200)
        require([row["title"] for row in first.json() + second.json()] == titles, "two pages hold all, in order")

        ask("DELETE", f"/v1/tasks/{rows[1]['id']}", 204)
        ask("GET", f"/v1/tasks/{rows[1]['id']}", 404)
        require(
            [row["id"] for row in ask("GET", "/v1/trash", 200).json()] == [rows[1]["id"]],
            "it is in the trash",
        )
        ask("POST", f"/v1/tasks/{rows[1]['id']}/restore", 200)
        require([row["title"] for row in ask("GET", tasks, 200).json()] == titles, "it is back in its place")
        found = ask("GET", "/v1/tasks?q=weed&label=garden", 200).json()
        require([row["title"] for row in found] == ["Weed"], "the search finds it by its title")


def main(program: str, *phases: str) -> int:
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
    sam = SamLocal(program)
    for phase in phases or ("imports", "events", "journey", "files", "page", "example"):
        started = time.monotonic()
        if phase == "imports":
            check_imports()
        elif phase == "events":
            if wrong := check_events(sam):
                print(f"{wrong} events were answered otherwise than expected", file=sys.stderr)
                return 1
        elif phase == "journey":
            with sam.start_api() as address:
                journey(address)
        elif phase == "files":
            with local_stack(program, ARTIFACT.parent) as stack:
                sam_local_files.visit(stack)
        elif phase == "page":
            with sam.start_api() as address:
                sam_local_page.visit(address)
        else:
            template = sam_local_example.fill(ARTIFACT, EXAMPLE)
            with SamLocal(program, sam_local_example.options(template)).start_api() as address:
                sam_local_example.visit(address)
        print(f"sam local: {phase} {time.monotonic() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
