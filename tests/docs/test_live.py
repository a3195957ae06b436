"""The pages about live updates: the contract is that of the code, and the client on the page runs."""

import json
import os
import re
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import yaml
from clients import ServerDoor
from clocks import MovableClock
from docs.asyncapi import PAGE, document, text
from sqlalchemy import make_url

from todo.realtime.conversation import MOST_A_SECOND, MOST_AT_ONCE, MOST_MESSAGE_BYTES
from todo.shapes import live

GUIDE = (Path(__file__).parents[2] / "docs" / "api" / "live.md").read_text()


def test_the_contract_of_the_socket_is_that_of_the_shapes() -> None:
    assert PAGE.read_text() == text(), "run .venv/bin/python tests/docs/asyncapi.py"
    found: Any = yaml.safe_load(PAGE.read_text())
    assert found == json.loads(json.dumps(document()))
    for reference in re.findall(r"\$ref: '?(#/[^'\n]+)", PAGE.read_text()):
        part = found
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
    for schema in found["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_the_guide_names_every_message_code_and_limit() -> None:
    for shape in (*get_args(live.Said), *get_args(live.Told)):
        assert f"| `{shape.__struct_config__.tag}` |" in GUIDE
    for code in get_args(live.Closing):
        assert f"| {code} |" in GUIDE
    for limit in (live.MOST_LISTS, MOST_AT_ONCE, f"{MOST_A_SECOND:g}", f"{MOST_MESSAGE_BYTES // 1024} KiB"):
        assert str(limit) in GUIDE


def test_the_client_of_the_guide_hears_of_a_change(sqlite_url: str, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "follow.py").write_text(program)
    with ServerDoor(make_url(sqlite_url), MovableClock()) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org", name="Ann")
        home = ann.make_list()
        with subprocess.Popen(
            [sys.executable, "-u", str(tmp_path / "follow.py"), f"http://127.0.0.1:{door.port}", home["id"]],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TODO_TOKEN": ann.token},
        ) as process:
            too_long = threading.Timer(30, process.kill)
            too_long.start()
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "listening from revision 1\n"
                ann.add(home, "Pay rent")
                assert process.stdout.readline() == "2 Ann task.created Pay rent\n"
            finally:
                too_long.cancel()
                process.kill()
