"""How long to wait before another try, so that many who wait do not come back together."""

import random

# Short caps make a full server worse: each refused connect costs it a fork.
_BASE_SECONDS = 0.1
_CAP_SECONDS = 4.0


def full_jitter(attempt: int) -> float:
    """Seconds to wait before try number `attempt` + 1 (from 0): uniform between 0 and a bound that doubles.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
    """
    return random.uniform(0, min(_CAP_SECONDS, _BASE_SECONDS * 2**attempt))  # noqa: S311 - spreads load, guards nothing
