"""The part of docs/tornado-lambda.md that tells which of Tornado's own tests pass, and which do not, and why.

In `tests/`, `python -m docs.conformance_table` writes it into the page.
"""

import re

from conformance.suites import LOST, NATIVE, SERVERS
from docs.tour import ROOT

PAGE = ROOT / "docs" / "tornado-lambda.md"

_BEGIN, _END = "<!-- conformance -->\n", "<!-- / -->\n"
_PLACE = re.compile(f"(?<={_BEGIN}).*?(?={_END})", re.DOTALL)


def rendered() -> str:
    """Two tables: how many of each suite pass on each server; and of those that do not, the reasons."""
    lines = [f"| | natively | {' | '.join(SERVERS)} |", "|---|--:|" + "--:|" * len(SERVERS)]
    for suite, native in NATIVE.items():
        passed = [native - sum(name.startswith(f"{suite}.") for name in LOST[server]) for server in SERVERS]
        lines.append(f"| `{suite}` | {native} | {' | '.join(map(str, passed))} |")
    lines += ["", "<details><summary>Which do not, and why</summary>", "", "| why | on | tests |", "|---|---|---|"]
    for (reason, servers), names in _by_reason().items():
        lines.append(f"| {reason} | {', '.join(servers)} | {', '.join(f'`{name}`' for name in names)} |")
    lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def shown(page: str) -> str:
    """What the page has in that place."""
    found = _PLACE.search(page)
    assert found, f"{PAGE} has no {_BEGIN.strip()}"
    return found[0]


def _by_reason() -> dict[tuple[str, tuple[str, ...]], list[str]]:
    grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name in dict.fromkeys(name for server in SERVERS for name in LOST[server]):
        servers = tuple(server for server in SERVERS if name in LOST[server])
        test = name.partition(".")[2]
        grouped.setdefault((LOST[servers[0]][name], servers), []).append(test)
    return grouped


def main() -> None:
    PAGE.write_text(_PLACE.sub(lambda _: rendered(), PAGE.read_text()))


if __name__ == "__main__":
    main()
