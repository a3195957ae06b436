"""As a program: `sockets_server.py CONTENDER FOLDER`, a server with the probe of its event loop beside it.

Prints the address that it serves, and serves until standard input ends. Writes the probe's notes to FOLDER/probe; with
SOCKETS_PROFILE, each second SIGUSR1 ends a time whose profile is written to FOLDER/profile.
"""

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from sockets_probe import watched


def _serve_ours(folder: Path) -> None:
    from todo.entrypoints import server
    from todo.settings import Settings

    # The service runs its loop by itself: the probe comes in where it starts it.
    run = asyncio.run
    asyncio.run = lambda main, **options: run(watched(main, folder / "probe"), **options)
    server.serve(Settings.from_environment(os.environ), os.environ, host="127.0.0.1", port=0, data=folder / "data")


def _serve_peer(name: str, folder: Path) -> None:
    import importlib

    peer = importlib.import_module(f"sockets_peer_{name}")
    asyncio.run(watched(peer.serve(), folder / "probe"))


def _end_with_starter() -> None:
    """However it ends, its end of standard input is closed then."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    threading.Thread(target=_end_with_starter, daemon=True).start()
    if os.environ.get("SOCKETS_PROFILE"):
        import sockets_profile

        sockets_profile.install(folder / "profile")
    if name == "ours":
        _serve_ours(folder)
    else:
        _serve_peer(name, folder)


if __name__ == "__main__":
    main()
