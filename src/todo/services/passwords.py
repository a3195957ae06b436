"""Passwords: argon2id (RFC 9106). Hashing takes tens of milliseconds, so it runs between units, never inside one."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and verifies. The defaults are RFC 9106's second recommended profile: 64 MiB, 3 passes, 4 lanes.

    argon2 is imported at the first use: a function that only lists tasks never pays for it.
    """

    time_cost: int = 3
    memory_kib: int = 65_536
    lanes: int = 4
    _decoy: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hash(self, password: str) -> str:
        """The PHC string of a password."""
        return self._hasher().hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one. Without a hash (nobody has that address) it takes as long and says no."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher().verify(password_hash or self._decoy_hash(), password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False

    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=self.time_cost, memory_cost=self.memory_kib, parallelism=self.lanes)

    def _decoy_hash(self) -> str:
        with self._lock:
            if "hash" not in self._decoy:
                self._decoy["hash"] = self.hash("nobody's password")
            return self._decoy["hash"]
