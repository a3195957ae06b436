"""axe-core, the checker of accessibility, on a page as it stands."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_RUN = """async ({tags, without, within}) => {
  const found = await axe.run(within ?? document, {
    runOnly: {type: 'tag', values: tags},
    rules: Object.fromEntries([['target-size', {enabled: true}], ...without.map((rule) => [rule, {enabled: false}])]),
    resultTypes: ['violations'],
  });
  return found.violations;
}"""


def violations(page: Page, *, within: str | None = None, without: tuple[str, ...] = ()) -> list[str]:
    """Each element that breaks WCAG 2.2 AA or axe's best practice: which rule, where, how to mend it.

    `within` is a CSS selector, `without` names rules that are left out: the test says why.
    """
    # The policy of the page refuses a script element; the debugger may still run scripts.
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    found = page.evaluate(_RUN, {"tags": _TAGS, "without": without, "within": within})
    return [_told(rule, node) for rule in found for node in rule["nodes"]]


def _told(rule: dict[str, Any], node: dict[str, Any]) -> str:
    where = " >>> ".join(" ".join(part) if isinstance(part, list) else part for part in node["target"])
    mend = " ".join(line.strip() for line in node["failureSummary"].splitlines())
    return f"{rule['id']} ({node['impact']}): {where}\n    {node['html'][:300]}\n    {mend}\n    {rule['helpUrl']}"
