"""A language that marks what it says: in its page, a word without the mark is one that nobody could translate.

Each text stands in ⟦…⟧. Dates and numbers are those of Japanese, which writes them without Latin letters; so a Latin
letter that is outside of the marks was said by the program itself. What a person wrote has to be in other letters.
"""

import json
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route
from template.programs import program

from todo.web import assets
from todo.web.bundle import join
from todo.web.catalogue import page_catalogue

# Of every text and attribute that is read, what is outside of the marks.
_OUTSIDE = """(names) => {
  const skipped = 'script, style, code, pre, kbd, option[lang], [data-own-words]';
  const attributes = ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription'];
  const found = [];
  const look = (text) => {
    let rest = (text ?? '').replace(/⟦[^⟦⟧]*⟧/g, '');
    for (let last = ''; last !== rest; ) {
      last = rest;
      rest = rest.replace(/⟦[^⟦⟧]*⟧/g, '');
    }
    for (const name of names) rest = rest.replaceAll(name, '');
    if (/[A-Za-z]{2}/.test(rest)) found.push(text.trim());
  };
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    if (!nodes.currentNode.parentElement.closest(skipped)) look(nodes.currentNode.data);
  }
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest(skipped)) continue;
    for (const name of attributes) look(element.getAttribute(name));
  }
  for (const name of names) document.title = document.title.replaceAll(name, '');
  look(document.title);
  return [...new Set(found)];
}"""


def speak(context: BrowserContext) -> None:
    """Let the pages of a browser say everything in the marked language. Its service workers have to be blocked."""
    script = _script()
    context.route("**/static/*/app.*.js", lambda route: _answer(route, script))


def unmarked(page: Page, *own_words: str) -> list[str]:
    """What the page says outside of the marks, but for names and `own_words` in Latin letters."""
    found: list[str] = page.evaluate(_OUTSIDE, [*sorted(program("markup").NAMES), *own_words])
    return found


def _answer(route: Route, script: str) -> None:
    route.fulfill(body=script, content_type="text/javascript; charset=utf-8")


def _script() -> str:
    sources = assets._sources("en")
    sources["app/generated/catalogue.js"] = f"export const catalogue = {json.dumps(_catalogue())};"
    return join(sources, assets._ENTRY)


def _catalogue() -> dict[str, Any]:
    texts: dict[str, str | list[str]] = {}
    contexts: dict[str, dict[str, str]] = {}
    for said in program("texts").find()[0]:
        marked = f"⟦{said.text}⟧"
        if said.context is not None:
            contexts.setdefault(said.context, {})[said.text] = marked
        elif said.plural is not None:
            texts[said.text] = [marked, f"⟦{said.plural}⟧"]
        else:
            texts.setdefault(said.text, marked)
    return page_catalogue("en") | {"language": "ja", "texts": texts, "contexts": contexts}
