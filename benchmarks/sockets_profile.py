"""A sampling profile of a server's event loop, between one SIGUSR1 and the next."""

import collections
import signal
from pathlib import Path
from types import FrameType

_EVERY_SECONDS = 0.001
_ROWS = 40


def install(file: Path) -> None:
    """Begin with SIGUSR1, and write with the next."""
    samples: list[tuple[str, ...]] = []
    is_on = False

    def sample(_number: int, frame: FrameType | None) -> None:
        samples.append(_stack(frame))

    def turn(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_on
        is_on = not is_on
        signal.setitimer(signal.ITIMER_PROF, *((_EVERY_SECONDS, _EVERY_SECONDS) if is_on else (0, 0)))
        if not is_on:
            with file.open("a") as out:
                out.write(_told(samples))
            samples.clear()

    signal.signal(signal.SIGPROF, sample)
    signal.signal(signal.SIGUSR1, turn)


def _stack(frame: FrameType | None) -> tuple[str, ...]:
    """Innermost first."""
    found: list[str] = []
    while frame is not None:
        code = frame.f_code
        found.append(f"{'/'.join(Path(code.co_filename).parts[-2:])}:{frame.f_lineno} {code.co_qualname}")
        frame = frame.f_back
    return tuple(found)


def _told(samples: list[tuple[str, ...]]) -> str:
    """Where the time went: by the line itself, and by what it was called from."""
    functions = [tuple(_function(line) for line in stack) for stack in samples]
    tables = {
        "lines": collections.Counter(stack[0] for stack in samples if stack),
        "functions": collections.Counter(stack[0] for stack in functions if stack),
        "and what they call": collections.Counter(name for stack in functions for name in set(stack)),
    }
    lines = [f"== {len(samples)} samples, one for each 1 to 4 ms of the process's CPU time"]
    for heading, counted in tables.items():
        lines += ["", heading, *(f"{count:7} {name}" for name, count in counted.most_common(_ROWS))]
    return "\n".join(lines) + "\n\n"


def _function(line: str) -> str:
    place, _, name = line.partition(" ")
    return f"{place.rpartition(':')[0]} {name}"
