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

_WEB = Path(__file__).parent
_ENTRY = "app/main.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_DOCS = {"docs.css": ("vendor/swagger-ui.css", "viewer.css"), "docs.js": ("vendor/swagger-ui-bundle.js", "viewer.js")}
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
    for folder in ("app", "docs", "icons", "style", "translations", "vendor"):
        for path in sorted(path for path in (_WEB / folder).rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(_WEB)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def find_asset(name: str) -> Asset | None:
    """The file of this name: `app.<language>.js`, `style.css`, `docs.js`, `docs.css`, or one of the icons."""
    suffix = Path(name).suffix
    body = _content(name)
    if body is None:
        return None
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, gzipped, _MEDIA_TYPES[suffix])


def _content(name: str) -> bytes | None:
    if name == "style.css":
        return "".join(path.read_text() for path in sorted((_WEB / "style").glob("*.css"))).encode()
    if name in _DOCS:
        return b"\n".join((_WEB / "docs" / part).read_bytes() for part in _DOCS[name])
    if name.startswith("app.") and name.endswith(".js"):
        language = name.removeprefix("app.").removesuffix(".js")
        return join(_sources(language), _ENTRY).encode() if language in ("en", "es") else None
    icon = {path.name: path for path in (_WEB / "icons").iterdir()}.get(name)
    return icon.read_bytes() if icon is not None else None


def _sources(language: str) -> dict[str, str]:
    sources = {
        path.relative_to(_WEB).as_posix(): path.read_text()
        for folder in ("app", "vendor")
        for path in (_WEB / folder).rglob("*.js")
    }
    catalogue = {"language": language, "direction": "ltr", "texts": {}, "pluralSamples": []}
    sources["app/generated/catalogue.js"] = f"export const catalogue = {json.dumps(catalogue)};"
    return sources
