"""How long to wait before another try, so that many who wait do not come back together."""

from random import SystemRandom

# Short waits make a full server worse: each refused connect costs it a fork, and those that it serves their time.
_BASE_SECONDS = 0.2
_CAP_SECONDS = 8.0

# The operating system's: environments that are restored from one snapshot, or forked from one process, would share
# the state of any other, and come back at the same moment.
_random = SystemRandom()


def full_jitter(attempt: int, most: float = _CAP_SECONDS) -> float:
    """Seconds to wait before try number `attempt` + 1 (from 0): uniform between 0 and a bound that doubles.

    The bound stays below `most`. Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
    """
    return _random.uniform(0, min(_CAP_SECONDS, most, _BASE_SECONDS * 2**attempt))
