"""Lambda entrypoints act when they are imported: they are imported here, once, over a database that nobody uses."""

import logging
import os
from unittest.mock import patch

import temporary

_root = logging.getLogger()
_handlers, _level = _root.handlers[:], _root.level
_address = f"sqlite:///{temporary.folder('entrypoint-')}/unused.db"

with patch.dict(os.environ, {"AWS_SAM_LOCAL": "true", "TODO_DATABASE_URL": _address}):
    from todo.entrypoints import http, websocket

# They set up logging for a process of its own; in this one pytest has done that.
_root.handlers = _handlers
_root.setLevel(_level)
logging.getLogger("todo").propagate = True

__all__ = ["http", "websocket"]
