"""How long to wait before another try, so that many who wait do not come back together."""

from random import SystemRandom

# Short caps make a full server worse: each refused connect costs it a fork.
_BASE_SECONDS = 0.1
_CAP_SECONDS = 4.0

# The operating system's: environments that are restored from one snapshot, or forked from one process, would share
# the state of any other, and come back at the same moment.
_random = SystemRandom()


def full_jitter(attempt: int) -> float:
    """Seconds to wait before try number `attempt` + 1 (from 0): uniform between 0 and a bound that doubles.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
    """
    return _random.uniform(0, min(_CAP_SECONDS, _BASE_SECONDS * 2**attempt))
