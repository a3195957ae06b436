"""What the page is made of, as it is served: one script a language, one style sheet, icons.

All of it lies under `/static/<hash of everything>/`, so it may be kept for ever; a change anywhere is another address.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from todo.web.bundle import join
from todo.web.catalogue import languages, page_catalogue

_WEB = Path(__file__).parent
_ENTRY = "app/main.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_COMPRESSED = (".css", ".js", ".svg")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page. `gzipped` is None where compressing it is of no use."""

    body: bytes
    gzipped: bytes | None
    media_type: str


@cache
def static_hash() -> str:
    """What names this version of everything: 16 characters of a SHA-256."""
    digest = hashlib.sha256()
    for folder in ("app", "icons", "quick_add", "style", "translations", "vendor"):
        for path in sorted(path for path in (_WEB / folder).rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(_WEB)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def find_asset(name: str) -> Asset | None:
    """The file of this name: `app.<language>.js`, `style.css`, or one of the icons."""
    suffix = Path(name).suffix
    body = _content(name)
    if body is None:
        return None
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, gzipped, _MEDIA_TYPES[suffix])


def _content(name: str) -> bytes | None:
    if name == "style.css":
        return "".join(path.read_text() for path in sorted((_WEB / "style").glob("*.css"))).encode()
    if name.startswith("app.") and name.endswith(".js"):
        language = name.removeprefix("app.").removesuffix(".js")
        return join(_sources(language), _ENTRY).encode() if language in languages() else None
    icon = {path.name: path for path in (_WEB / "icons").iterdir()}.get(name)
    return icon.read_bytes() if icon is not None else None


def _sources(language: str) -> dict[str, str]:
    written = {
        path.relative_to(_WEB).as_posix(): path.read_text()
        for folder in ("app", "vendor")
        for path in (_WEB / folder).rglob("*.js")
    }
    return written | generated(language)


def generated(language: str) -> dict[str, str]:
    """The modules that are made from data: the texts of a language, and the words of its quick syntax."""
    return {
        "app/generated/catalogue.js": f"export const catalogue = {json.dumps(page_catalogue(language))};",
        "app/generated/quick-add-words.js": f"export const quickAddWords = {_quick_add_words(language)};",
    }


def _quick_add_words(language: str) -> str:
    """The words of the quick syntax of one language, in JSON; English where they are not there yet."""
    folder = _WEB / "quick_add"
    name = language if (folder / f"{language}.json").is_file() else "en"
    return json.dumps({name: json.loads((folder / f"{name}.json").read_bytes())}, separators=(",", ":"))
