"""At seven in the morning, each person's own, the digest becomes a letter."""

from todo.jobs.backend import Backend
from todo.jobs.claiming import claim_all
from todo.jobs.report import Report
from todo.services import digests

_AT_ONCE = 200


def run(backend: Backend) -> Report:
    """Move everybody whose digest is due on to the next morning, and tell the queue of their letters."""
    return claim_all("digest", backend, digests.claim, _AT_ONCE)
