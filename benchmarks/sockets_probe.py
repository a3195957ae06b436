"""Looks at an event loop from inside: a task that wakes every few ms and writes down how late it was.

Lines of the file, each a JSON array: `["late", from, seconds, cpu]` for a time in which nothing else had a turn, `cpu`
being what the loop's own thread ran meanwhile (the rest, it waited for a core or for the interpreter);
`["gc", from, seconds, generation]` for a garbage collection. Times are of the monotonic clock.
"""

import asyncio
import gc
import json
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import IO, Any

PERIOD_SECONDS = 0.005
_NOTED_SECONDS = 0.002


async def watched(main: Coroutine[Any, Any, Any], notes: Path) -> Any:
    """Run a server with the probe beside it."""
    with notes.open("a", buffering=1) as file:
        collected = _collections(file)
        gc.callbacks.append(collected)
        probe = asyncio.create_task(_probe(file))
        try:
            return await main
        finally:
            probe.cancel()
            gc.callbacks.remove(collected)


async def _probe(file: IO[str]) -> None:
    while True:
        due, cpu = time.monotonic() + PERIOD_SECONDS, time.thread_time()
        await asyncio.sleep(PERIOD_SECONDS)
        late = time.monotonic() - due
        if late >= _NOTED_SECONDS:
            file.write(json.dumps(["late", due, late, time.thread_time() - cpu]) + "\n")


def _collections(file: IO[str]) -> Any:
    begun = 0.0

    def collected(phase: str, info: dict[str, int]) -> None:
        nonlocal begun
        if phase == "start":
            begun = time.monotonic()
        elif (seconds := time.monotonic() - begun) >= _NOTED_SECONDS:
            file.write(json.dumps(["gc", begun, seconds, info["generation"]]) + "\n")

    return collected
