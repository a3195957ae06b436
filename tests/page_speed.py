"""How quick the page is, measured in it: a long list, scrolling, typing, the first paint. Times are milliseconds."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from clients import Person
from playwright.sync_api import BrowserContext, Page

FRAME = 1000 / 60
TASKS = 1000

# When the next frame has been painted: an animation frame begins one, and a message comes after it.
_PAINTED = """
const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done(performance.now());
  port2.postMessage(null);
}));
"""


def fill(person: Person, count: int = TASKS) -> Mapping[str, Any]:
    """A list of so many tasks, as people have them: some with a due, some with labels, some done."""
    made = person.make_list("Long")
    tasks = [
        {
            "title": f"Task {number} of a long list",
            "priority": number % 5,
            "labels": ["errands", "home"] if number % 3 == 0 else [],
            "completed": number % 10 == 9,
            "due": {"date": f"2026-12-{1 + number % 28:02}"} if number % 2 else None,
        }
        for number in range(count)
    ]
    for start in range(0, count, 500):
        operations = [{"do": "create_task", "list_id": made["id"], "task": task} for task in tasks[start : start + 500]]
        reply = person.ask("POST", "/v1/batch", {"operations": operations})
        assert reply.status == 200, reply.body
    return made


def opening(page: Page, list_id: str, count: int = TASKS) -> tuple[float, float]:
    """From the click on a list, in a page that shows another view: until tasks are painted, and until all are there."""
    page.wait_for_function(f"() => document.querySelector('a[href=\"/lists/{list_id}\"] .nav-count')")
    shown, whole = page.evaluate(
        f"""async ([address, count]) => {{
          {_PAINTED}
          const link = document.querySelector(`a[href="${{address}}"]`);
          const began = performance.now();
          link.click();
          while (!document.querySelector('.task')) await new Promise((done) => setTimeout(done));
          const shown = await painted();
          while (document.querySelectorAll('.task').length < count) {{
            if (performance.now() - began > 20000) throw new Error('not all tasks are there');
            await new Promise((done) => setTimeout(done));
          }}
          return [shown - began, await painted() - began];
        }}""",
        [f"/lists/{list_id}", count],
    )
    return shown, whole


def scrolling(page: Page, seconds: float = 2.0) -> list[float]:
    """The length of each frame while the page scrolls, at the pace of a hand."""
    frames: list[float] = page.evaluate(
        """async (seconds) => {
          const frames = [];
          let last = await new Promise(requestAnimationFrame);
          const end = last + seconds * 1000;
          while (last < end) {
            scrollBy(0, 25);
            const now = await new Promise(requestAnimationFrame);
            frames.push(now - last);
            last = now;
          }
          return frames.slice(2);
        }""",
        seconds,
    )
    return frames


def typing(page: Page, letters: int = 20) -> float:
    """From the key to the frame that shows what it wrote: the median over so many letters."""
    field = page.locator(".quick-add-input")
    field.fill("")
    field.focus()
    page.evaluate(
        f"""() => {{
          {_PAINTED}
          window.waits = [];
          document.querySelector('.quick-add-input').addEventListener('keydown', async (event) => {{
            const began = event.timeStamp;
            window.waits.push(await painted() - began);
          }});
        }}"""
    )
    for number in range(letters):
        field.press("abcdefghij klmnopqrst"[number])
        page.wait_for_function("(count) => window.waits.length === count", arg=number + 1)
    field.fill("")
    waits: list[float] = page.evaluate("window.waits")
    return float(median(waits))


def adding(page: Page, times: int = 20) -> float:
    """From Enter to the frame that shows the new task: the median over so many."""
    field = page.locator(".quick-add-input")
    waits = []
    for number in range(times):
        title = f"Added number {number}"
        field.fill(title)
        page.evaluate(
            f"""(title) => {{
              {_PAINTED}
              window.wait = null;
              document.querySelector('.quick-add-input').addEventListener('keydown', async (event) => {{
                const titles = document.getElementsByClassName('task-title');
                const isThere = () => [...titles].some((each) => each.textContent.trim() === title);
                let now = await painted();
                while (!isThere()) now = await painted();
                window.wait = now - event.timeStamp;
              }}, {{ once: true }});
            }}""",
            title,
        )
        field.press("Enter")
        page.wait_for_function("() => window.wait !== null")
        waits.append(float(page.evaluate("window.wait")))
    return median(waits)


def largest_paint(context: BrowserContext, address: str) -> float:
    """When the largest thing of a page is painted, from the request on (Largest Contentful Paint)."""
    page = context.new_page()
    page.goto(address)
    paint: float = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) => {
          const latest = list.getEntries().at(-1);
          setTimeout(() => done(latest.startTime), 500);
        }).observe({ type: 'largest-contentful-paint', buffered: true }))"""
    )
    page.close()
    return paint
