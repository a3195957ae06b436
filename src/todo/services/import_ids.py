"""The ids of what an import makes: derived from what the file calls it, so that a repetition finds what is there."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

# Their tasks and lists have the ids that they have here.
_OWN_FORMATS = frozenset({"json", "archive"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How one import names things. `again`: as if nothing had ever been imported."""

    account_id: UUID
    import_id: UUID
    format: str
    sha256: bytes
    again: bool

    def found_as(self, kind: str, key: str, own_id: str | None) -> tuple[UUID, ...]:
        """The ids under which a thing may be there already, the likeliest first."""
        made = self.made_as(kind, key, own_id)
        if self.again or own_id is None or self.format not in _OWN_FORMATS:
            return made
        try:
            return (UUID(own_id), *made)
        except ValueError:
            return made

    def made_as(self, kind: str, key: str, own_id: str | None) -> tuple[UUID, ...]:
        """The ids under which a thing is made: the second where the first is in the trash, or out of sight."""
        name = f"own\0{self.format}\0{own_id}" if own_id is not None else f"file\0{self.sha256.hex()}\0{key}"
        base = f"{kind}\0{self.account_id.hex}\0{name}"
        salted = _derived(f"{base}\0{self.import_id.hex}")
        return (salted,) if self.again else (_derived(base), salted)

    def parent_as(self, key: str) -> tuple[UUID, ...]:
        """The ids that a task may have of which only the key is known."""
        return tuple(dict.fromkeys((*self.found_as("task", key, key), *self.made_as("task", key, None))))


def mark(import_id: UUID, task_id: UUID) -> bytes:
    """What a task keeps of its creation (32 bytes): the first half says by which import."""
    return import_id.bytes + task_id.bytes


def is_made_by(import_id: UUID, digest: bytes) -> bool:
    """Whether this import made the task that keeps `digest`."""
    return digest[:16] == import_id.bytes


def _derived(text: str) -> UUID:
    """A UUID of version 7's form (RFC 9562), whose bits say nothing: no time that a client may sort by."""
    value = int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:16])
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
