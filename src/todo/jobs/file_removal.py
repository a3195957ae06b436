"""Files that are nobody's any more are deleted, where they lie."""

from uuid import UUID

from todo.errors import FilesUnavailable
from todo.jobs.backend import Backend
from todo.jobs.refusals import JobDelayed, JobRefused
from todo.jobs.report import is_time_left
from todo.services.jobs import Claimed


def remove(backend: Backend, job: Claimed) -> None:
    """Delete what belongs to the imports and exports that the job names. Raises JobRefused, JobDelayed."""
    try:
        ids = [UUID(each) for each in job.payload["ids"]]
    except (KeyError, TypeError, ValueError) as error:
        raise JobRefused("the job does not say whose files they are") from error
    if backend.files is None:
        return
    for each in ids:
        if not is_time_left():
            raise JobDelayed("deleting them took longer than a worker may run")
        try:
            backend.files.delete(each)
        except FilesUnavailable as error:
            raise JobDelayed(str(error)) from error
