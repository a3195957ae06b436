"""stub"""

from todo.jobs.backend import Backend
from todo.services.jobs import Claimed


def send(backend: Backend, job: Claimed) -> None: ...
