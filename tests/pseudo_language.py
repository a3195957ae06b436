"""A language that marks what it says: in its page, a word without the mark is one that nobody could translate.

Each text stands in ⟦…⟧. Dates and numbers are those of Japanese, which writes them without Latin letters; so a Latin
letter that is outside of the marks was said by the program itself. What a person wrote has to be in other letters.
"""

import json
import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route
from template.programs import program
from tornado.escape import xhtml_escape

from todo.web import assets, catalogue
from todo.web.catalogue import get_catalogue

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
    context.route(lambda _: True, _mark_document)


def unmarked(page: Page, *own_words: str) -> list[str]:
    """What the page says outside of the marks, but for names and `own_words` in Latin letters."""
    found: list[str] = page.evaluate(_OUTSIDE, [*sorted(program("markup").NAMES), *own_words])
    return found


def _answer(route: Route, script: str) -> None:
    route.fulfill(body=script, content_type="text/javascript; charset=utf-8")


def _mark_document(route: Route) -> None:
    """What the server says in the document itself, by the same catalogue."""
    if route.request.resource_type != "document":
        route.fallback()
        return
    reply = route.fetch()
    body = reply.text()
    for said in program("texts").find()[0]:
        if said.place == "web/page.html":
            text = xhtml_escape(said.text)
            body = body.replace(text, f"⟦{text}⟧")
    route.fulfill(response=reply, body=body)


def _script() -> str:
    asset = assets.find_asset("app.en.js")
    assert asset is not None
    catalogue = f"const catalogue = {json.dumps(_catalogue())};"
    script, count = re.subn(r"const catalogue = \{.*\};", lambda _: catalogue, asset.body.decode())
    assert count == 1
    return script


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
    # Languages have names of their own, in every language.
    languages = [{"language": name, "name": f"⟦{get_catalogue(name).name}⟧"} for name in catalogue.languages()]
    said_by_all = {"language": "ja", "languages": languages, "texts": texts, "contexts": contexts}
    english = get_catalogue("en")
    return english.of_page() | english.texts_of_page() | said_by_all
