"""What a PostgreSQL server was sent, as the server wrote it down: over a whole run of the tests, by every process.

Nothing that the application sends may pin a session of RDS Proxy to a connection of its own.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PINS = re.compile(
    r"^\s*(SET|RESET|PREPARE|EXECUTE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN|DECLARE|LOAD|SAVEPOINT"
    r"|CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP)\b|set_config|nextval|setval|currval|lastval|pg_(try_)?advisory",
    re.IGNORECASE,
)
LARGEST = 16_384
# How a test marks what it sends through the application's connection, and the application would not.
ON_PURPOSE = "/* on purpose */"
# The lock that migrations take turns by. They run before the service does, on a connection that may be pinned.
_MIGRATION = "pg_advisory_xact_lock(8460276131)"

SETTINGS = {
    "log_statement": "all",
    "log_line_prefix": "~~%p %v %a~~",
    "log_parameter_max_length": "0",
}
_ENTRY = re.compile(
    r"^~~(?P<process>\d+) (?P<transaction>\S*) (?P<application>.*?)~~LOG:  "
    r"(?:statement|execute (?P<name>\S+)): (?P<text>.*(?:\n(?!~~).*)*)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"^\s*/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `name` is the prepared statement's, "" where it has none."""

    transaction: tuple[str, str]
    name: str
    text: str


def of_application(log: Path) -> list[Statement]:
    """The statements of connections whose application_name begins with `todo`, but for migrations."""
    by_transaction: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for found in _ENTRY.finditer(log.read_text(errors="replace")):
        if found["application"].startswith("todo"):
            transaction = found["process"], found["transaction"]
            name = "" if found["name"] in (None, "<unnamed>") else found["name"]
            by_transaction[transaction].append(Statement(transaction, name, found["text"].replace("\n\t", "\n")))
    return [
        statement
        for statements in by_transaction.values()
        if not any(_MIGRATION in statement.text for statement in statements)
        for statement in statements
    ]


def pinning(statements: list[Statement]) -> Iterator[str]:
    """Each statement that would pin, with the reason."""
    for statement in statements:
        if statement.text.startswith(ON_PURPOSE):
            continue
        if statement.name:
            yield f"the prepared statement {statement.name} has a name: {statement.text[:200]}"
        if PINS.search(_COMMENT.sub("", statement.text)):
            yield f"on the list of what pins: {statement.text[:200]}"
        if len(statement.text.encode()) > LARGEST:
            yield f"longer than 16 KB: {statement.text[:200]}"
