"""HTML that other programs keep as notes, as text that people read."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "br", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"}
_PASSED = {"script", "style", "head", "title"}
_LOOKS_LIKE = re.compile(
    r"<(?:p|br|div|ul|ol|li|a|strong|em|b|i|h[1-6]|blockquote|pre|code|span|html|body)\b", re.IGNORECASE
)


def plain(text: str) -> tuple[str, bool]:
    """The text without its marks, and whether there were any."""
    if not _LOOKS_LIKE.search(text):
        return text, False
    parser = _Text()
    parser.feed(text)
    parser.close()
    lines = "".join(parser.parts).replace("\xa0", " ").splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip(), True


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._passed = 0
        self._link = ""
        self._since = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in _PASSED:
            self._passed += 1
        elif tag == "a":
            self._link, self._since = told.get("href") or "", len(self.parts)
        elif tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append({"true": "[x] ", "false": "[ ] "}.get(told.get("data-checked") or "", "- "))

    def handle_endtag(self, tag: str) -> None:
        if tag in _PASSED:
            self._passed = max(self._passed - 1, 0)
        elif tag == "a":
            # A link that is not its own text would be lost.
            if self._link.startswith(("http:", "https:", "mailto:")):
                shown = "".join(self.parts[self._since :]).strip()
                if shown.rstrip("/") != self._link.rstrip("/"):
                    self.parts.append(f" ({self._link})")
            self._link = ""
        elif tag in _BLOCKS - {"br", "li"}:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._passed:
            self.parts.append(data)
