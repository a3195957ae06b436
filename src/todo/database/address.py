"""Where the database is: from a URL, or from what a secret holds."""

import json

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


class BadDatabaseAddress(Exception):
    """The address of the database cannot be used. The text never holds the address: it may contain a password."""


def parse_address(text: str) -> URL:
    """Read a URL, or the JSON that RDS keeps in Secrets Manager (`host`, `port`, `username`, `password`, `dbname`).

    Raises BadDatabaseAddress.
    """
    text = text.strip()
    try:
        url = _from_json(text) if text.startswith("{") else make_url(text)
    except (ArgumentError, ValueError, KeyError, TypeError) as error:
        raise BadDatabaseAddress(
            "The database address is not a URL (postgresql://user:password@host:5432/database) "
            "nor the JSON of a database secret (host, port, username, password, dbname)"
        ) from error
    if url.get_backend_name() == "postgres":
        url = url.set(drivername="postgresql")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadDatabaseAddress("The database must be SQLite or PostgreSQL")
    if url.get_backend_name() == "sqlite" and (url.database or ":memory:").startswith((":memory:", "file:")):
        raise BadDatabaseAddress("SQLite needs a file, such as sqlite:////absolute/file.db: each thread opens it")
    return url


def with_credentials(address: URL, text: str) -> URL:
    """`address` with the user and password of a secret: of what RDS manages itself, it holds no more than those.

    Raises BadDatabaseAddress.
    """
    try:
        secret = json.loads(text)
        return address.set(username=str(secret["username"]), password=str(secret["password"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadDatabaseAddress(
            "the secret beside the address does not hold JSON with username and password"
        ) from error


def _from_json(text: str) -> URL:
    secret = json.loads(text)
    if "url" in secret:
        return make_url(secret["url"])
    return URL.create(
        "postgresql",
        username=secret["username"],
        password=secret["password"],
        host=secret["host"],
        port=int(secret.get("port", 5432)),
        database=secret.get("dbname", "postgres"),
        query={"sslmode": "verify-full", "sslrootcert": "system"},
    )


def public_address(url: URL) -> str:
    """An address without its password: libpq also takes one in the query, so that is left out."""
    return url.set(query={}).render_as_string(hide_password=True)
