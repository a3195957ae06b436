"""The page's store alone in a browser: its modules as they are, on a page of their own at the service's address."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from browsing import Visitor
from clients import Person
from playwright.sync_api import BrowserContext, Page, Route
from playwright.sync_api import TimeoutError as TooLong

import todo.web

Item = dict[str, Any]

_WEB = Path(todo.web.__file__).parent
_PAGE = "/store-alone/page.html"
_DOCUMENT = "<!doctype html><title>store</title>"
# What tests say to the store, in its own words; signals are read by `.value`.
_START = """async (account) => {
  window.store = await import('/store-alone/app/store/store.js');
  window.api = await import('/store-alone/app/store/api.js');
  const { effect } = await import('/store-alone/app/preact.js');
  window.seen = (ready) => new Promise((resolve) => {
    let stop = null;
    let isDone = false;
    stop = effect(() => {
      if (isDone || !ready(window.store)) return;
      isDone = true;
      resolve();
      stop?.();
    });
  });
  window.started = account && store.startPerson(account);
}"""

# What there is to say where something does not come to be.
_STATE = "[store.status.value, store.conflicts.value, store.refusals.value, store.allTasks().slice(0, 20)]"
# Waits until a store of the database holds so many rows.
_STORED = """([store, count, account]) => new Promise((resolve, reject) => {
  const asked = indexedDB.open(`todo-person-${account}`);
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const db = asked.result;
    const look = () => {
      const counted = db.transaction(store).objectStore(store).count();
      counted.onsuccess = () => {
        if (counted.result < count) { requestAnimationFrame(look); return; }
        db.close();
        resolve();
      };
    };
    look();
  };
})"""


def serve_modules(context: BrowserContext) -> None:
    """Let the pages of a context load the page's modules as they are on disk, also without a network."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == _PAGE:
            route.fulfill(body=_DOCUMENT, content_type="text/html; charset=utf-8")
        else:
            source = (_WEB / path.removeprefix("/store-alone/")).read_text()
            route.fulfill(body=source, content_type="text/javascript; charset=utf-8")

    context.route("**/store-alone/**", answer)


class Client:
    """One tab with the store of somebody."""

    def __init__(self, visitor: Visitor, *, page: Page | None = None, account: Item | None = None) -> None:
        self.visitor = visitor
        self.page = page or visitor.context.new_page()
        self._account = account

    @property
    def person(self) -> Person:
        """Whose it is, to ask the service from outside."""
        return self.visitor.account

    def load(self) -> "Client":
        """Load the page, and have nobody begin."""
        self.page.goto(self.visitor.service.url + _PAGE)
        self.page.evaluate(_START, None)
        return self

    def start(self) -> "Client":
        """Load the page, and begin as this person."""
        if self._account is None:
            self._account = self.person.get("/v1/me")
        self.page.goto(self.visitor.service.url + _PAGE)
        self.page.evaluate(_START, self._account)
        return self

    def reload(self) -> "Client":
        """As the browser's button does."""
        return self.start()

    def log_in(self) -> None:
        """Begin, or go on, without loading the page anew."""
        self.page.evaluate("(account) => { store.startPerson(account); }", self._account)

    def until(self, condition: str, argument: Any = None, *, seconds: float = 30) -> None:
        """Wait until an expression over `store`, and the argument `it`, is true."""
        try:
            self.page.wait_for_function(f"(it) => {condition}", arg=argument, timeout=seconds * 1000)
        except TooLong as error:
            raise AssertionError(f"not so: {condition}\n{self.get(_STATE)}") from error

    def until_live(self) -> "Client":
        """Wait until it knows everything, and is told what changes."""
        self.until("store.status.value.connection === 'live' && !store.status.value.loading")
        return self

    def until_stored(self, store: str, count: int) -> None:
        """Wait until so many rows of a store are kept on the device."""
        self.page.evaluate(_STORED, [store, count, self.person.id])

    def until_sent(self) -> None:
        """Wait until nothing is left to be sent."""
        self.until("store.status.value.pending === 0")

    def get(self, expression: str, argument: Any = None) -> Any:
        """The value of an expression over `store`, and the argument `it`."""
        return json.loads(self.page.evaluate(f"(it) => JSON.stringify({expression} ?? null)", argument))

    @property
    def status(self) -> Item:
        """How things are."""
        found: Item = self.get("store.status.value")
        return found

    @property
    def pending(self) -> int:
        """How many gestures are still to be sent."""
        return int(self.status["pending"])

    def titles(self, list_id: str) -> list[str]:
        """What is seen of a list."""
        found: list[str] = self.get("store.tasksIn(it).map((task) => task.title)", list_id)
        return found

    def task(self, task_id: str) -> Item | None:
        """One task, as it is seen."""
        found: Item | None = self.get("store.findTask(it)", task_id)
        return found

    def act(self, *operations: Item, says: str = "did it") -> str:
        """Do something; the gesture's id."""
        gesture: str = self.page.evaluate(
            "(gesture) => store.act(gesture)", {"says": says, "operations": list(operations)}
        )
        return gesture

    def add(self, list_id: str, title: str, **fields: Any) -> str:
        """Add a task; its id."""
        task_id: str = self.page.evaluate("() => store.newId()")
        self.act({"do": "create_task", "list_id": list_id, "task": {"id": task_id, "title": title, **fields}})
        return task_id

    def update(self, task_id: str, **changes: Any) -> str:
        """Change a task; the gesture's id."""
        return self.act({"do": "update_task", "id": task_id, "changes": changes})

    def undo(self, gesture: str) -> str | None:
        """Take a gesture back."""
        undone: str | None = self.page.evaluate("(it) => store.undo(it)", gesture)
        return undone
