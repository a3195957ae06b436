"""Joining modules: what is understood runs as it did, and what is not is refused by file and line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from todo.web import assets
from todo.web.bundle import CannotJoin, join, without_comments

sys.path.append(str(Path(__file__).parents[3] / "scripts"))
import javascript

NODE = shutil.which("node")
WEB = Path(assets.__file__).parent


def run(sources: dict[str, str]) -> Any:
    """What the joined script calls `say` with."""
    if NODE is None:
        pytest.skip("there is no node to run scripts with")
    script = "'use strict'; const say = (value) => console.log(JSON.stringify(value));\n" + join(sources, "main.js")
    done = subprocess.run([NODE, "-e", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refusal(text: str, **others: str) -> str:
    with pytest.raises(CannotJoin) as caught:
        join({"main.js": text, **{f"{name}.js": source for name, source in others.items()}}, "main.js")
    return str(caught.value)


def test_every_form_of_import_and_export_means_what_it_did() -> None:
    main = """
        // A comment.
        import { one, two as three } from './lib/numbers.js';
        /* Another. */
        import {
          add,
          Counter,
        } from "./lib/sums.js";
        import named from './lib/default.js';
        import { again, Counter as Same } from './lib/index.js';
        say([one, three, add(one, three), named, again, Same === Counter, new Counter().next()]);
    """.replace("        ", "")
    sums = """
export function add(a, b) { return a + b; }
export class Counter { #n = 0; next() { return ++this.#n; } }
export async function later() { return await 1; }
export function* many() { yield 1; }
const hidden = 5;
"""
    sources = {
        "main.js": main,
        "lib/numbers.js": "const two = 2;\nexport const one = 1;\nexport { two };\n",
        "lib/sums.js": sums,
        "lib/default.js": "var n=7;export default n;",
        "lib/index.js": "export { one as again } from './numbers.js';\nexport { Counter } from './sums.js';\n",
    }
    assert run(sources) == [[1, 2, 3, 7, 1, True, 1]]


def test_names_of_one_module_are_unknown_to_another() -> None:
    sources = {
        "main.js": "import { a } from './a.js';\nimport { b } from './b.js';\nsay([a(), b(), typeof secret]);\n",
        "a.js": "const secret = 'a';\nexport const a = () => secret;\n",
        "b.js": "const secret = 'b';\nexport const b = () => secret;\n",
    }
    assert run(sources) == [["a", "b", "undefined"]]


def test_a_module_runs_once_and_after_those_that_it_imports() -> None:
    sources = {
        "main.js": "import { a } from './a.js';\nimport { b } from './b.js';\nsay('main');\n",
        "a.js": "import { b } from './b.js';\nsay('a');\nexport const a = b;\n",
        "b.js": "say('b');\nexport const b = 1;\n",
    }
    assert run(sources) == ["b", "a", "main"]


def test_a_dollar_in_a_name_and_a_promise_in_a_function_are_nothing_special() -> None:
    sources = {
        "main.js": "import { $, go } from './a.js';\nsay($);\ngo().then(say);\n",
        "a.js": "export const $ = 1;\nexport const go = async () => await 2;\nconst o = { await: 3 };\nsay(o.await);\n",
    }
    assert run(sources) == [3, 1, 2]


def test_comments_with_lines_of_their_own_are_left_out_and_nothing_else() -> None:
    text = "// gone\nconst a = 'x'; // stays\n  /**\n   * gone: import('./x.js')\n   */\nconst b = '/** stays */';\n"
    assert without_comments(text) == "const a = 'x'; // stays\nconst b = '/** stays */';\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import * as a from './a.js';", "main.js:1: cannot be joined: import * as a from './a.js';"),
        ("\nimport './a.js';", "main.js:2: cannot be joined: import './a.js';"),
        ("import a, { b } from './a.js';", "main.js:1: cannot be joined: import a, { b } from './a.js';"),
        ("// one\n/**\n * two\n */\nlet a;\nimport { b } from './a.js';", "main.js:6: cannot be joined: import { b }"),
        ("let a;\n\n  const b = () => import('./a.js');", "main.js:3: cannot be joined: import('./a.js');"),
        ("say(import.meta.url);", "main.js:1: cannot be joined: import.meta"),
        ("export * from './a.js';", "main.js:1: cannot be joined: export * from './a.js';"),
        ("export var a = 1;", "main.js:1: cannot be joined: export var a = 1;"),
        ("export const { a } = {};", "main.js:1: cannot be joined: export const { a } = {};"),
        ("let a;\nconst b = await a;", "main.js:2: cannot be joined: const b = await a;"),
        ("await 1;", "main.js:1: cannot be joined: await 1;"),
        ("let a;\nexport { a } from './a.js';", "main.js:2: cannot be joined: export { a } from './a.js';"),
        ("import { a } from 'preact';", "main.js:1: 'preact' is no relative path"),
        ("import { a } from 'https://x.example/a.js';", "main.js:1: 'https://x.example/a.js' is no relative path"),
        ("\n\nimport { a } from './none.js';", "main.js:3: there is no none.js"),
        ("import { a } from '../../etc/passwd';", "main.js:1: there is no ../../etc/passwd"),
        ("import { a, none } from './a.js';", "main.js:1: a.js exports no none"),
        ("import a from './a.js';", "main.js:1: a.js exports no default"),
        ("export { none } from './a.js';", "main.js:1: a.js exports no none"),
        ("export const a = 1;\nexport { a };", "main.js:2: a is exported twice"),
        ("export let a = 1;\nfunction set() {\n  a = 2;\n}", "main.js:3: others do not see what a becomes"),
        ("export let a = 1;\nconst next = () => ++a;", "main.js:2: others do not see what a becomes"),
        ("export let a = 1;\n\na ??= 2;", "main.js:3: others do not see what a becomes"),
        ("import { b } from './ring.js';", "ring.js:1: a circle: main.js imports ring.js imports main.js"),
    ],
)
def test_what_is_not_understood_is_refused_by_file_and_line(text: str, said: str) -> None:
    found = refusal(text, a="export const a = 1;\n", ring="import { x } from './main.js';\nexport const b = 1;\n")
    assert found.startswith(said)


def test_a_variable_that_keeps_its_value_may_be_exported() -> None:
    text = "export let a = 1;\nif (a === 1) say(a);\nconst o = { a: 2 };\no.a = 3;\nconst f = (b) => a >= b;\n"
    assert run({"main.js": text}) == [1]


def test_an_entry_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotJoin, match=r"there is no main\.js"):
        join({}, "main.js")


@pytest.mark.parametrize("path", sorted((WEB / "app").rglob("*.js")), ids=lambda path: path.relative_to(WEB).as_posix())
def test_leaving_comments_out_changes_no_module_of_the_page(path: Path) -> None:
    def said(tokens: list[javascript.Token]) -> list[Any]:
        parts = [[part if isinstance(part, str) else said(part) for part in token.parts] for token in tokens]
        return [(token.kind, token.text, inner) for token, inner in zip(tokens, parts, strict=True)]

    text = path.read_text("utf-8")
    assert said(javascript.tokens(without_comments(text))) == said(javascript.tokens(text))
