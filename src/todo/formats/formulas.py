"""Text that a spreadsheet would take for a formula."""

import re

# What spreadsheets begin a formula with, in ASCII and full width, behind apostrophes and blanks.
_DANGEROUS = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")


def neutralised(text: str) -> str:
    """The text for a cell: behind an apostrophe, if it would be a formula, or be taken for one that is so."""
    return "'" + text if _DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """The text of a cell that was neutralised, here or elsewhere."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text, 1) else text
