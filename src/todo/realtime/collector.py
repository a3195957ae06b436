"""Python's garbage collector, and thousands of sockets that are no garbage.

A full collection looks at every object there is: with 15,000 sockets it took more than a second, in which nothing else
ran. What is held for long is therefore taken out of its sight; what of it ends is freed by its reference count.
"""

import gc

_STEP = 256


class Collector:
    """Told how many sockets there are, whenever that changes."""

    def __init__(self, step: int = _STEP) -> None:
        self._step = step
        self._frozen_at = 0

    def note(self, sockets: int) -> None:
        """Take what there is out of the collector's sight with each `step` of growth, and back when all are gone."""
        if sockets >= self._frozen_at + self._step:
            self._frozen_at = sockets
            gc.collect()  # a little at a time: it does not see what was taken out before
            gc.freeze()
        elif sockets == 0 and self._frozen_at:
            self._frozen_at = 0
            gc.unfreeze()
