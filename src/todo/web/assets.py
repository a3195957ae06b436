"""What the page is made of, as it is served: one script a language, one style sheet, icons, pictures, licences.

All of it lies under `/static/<hash of everything>/`, so it may be kept for ever; a change anywhere is another address.
"""

import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from todo.web.bundle import join
from todo.web.catalogue import SOURCE, languages, page_catalogue

_WEB = Path(__file__).parent
_ENTRY = "app/main.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}
_MANIFESTS = ("vendor/VENDORED.toml", "docs/vendor/VENDORED.toml")
# The viewer of the documentation is large, and read when it is asked for: in the hash its manifest stands for it.
_DOCS = {
    "docs.css": ("docs/vendor/swagger-ui.css", "docs/viewer.css"),
    "docs.js": ("docs/vendor/swagger-ui-bundle.js", "docs/viewer.js"),
}
_DOCS_NAMED_BY = ("docs/vendor/VENDORED.toml", "docs/viewer.css", "docs/viewer.js")
_COMPRESSED = (".css", ".js", ".svg", ".txt")


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
    named = _contents() | {name: (_WEB / name).read_bytes() for name in _DOCS_NAMED_BY}
    for name, body in sorted(named.items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:16]


@cache
def find_asset(name: str) -> Asset | None:
    """The file of this name: `app.<language>.js`, `style.css`, `docs.js`, `docs.css`, `licences.txt`, an icon."""
    parts = _DOCS.get(name)
    body = b"\n".join((_WEB / part).read_bytes() for part in parts) if parts else _contents().get(name)
    return None if body is None else _asset(body, Path(name).suffix)


@cache
def service_worker() -> Asset:
    """The script that opens the page without a network. Its address must never change, so it is no part of the rest."""
    return _asset((_WEB / "service-worker.js").read_bytes(), ".js")


@cache
def _contents() -> dict[str, bytes]:
    return dict(_made()) | {
        path.name: path.read_bytes()
        for folder in ("icons", "pictures")
        for path in sorted((_WEB / folder).glob("*.*"))
        if path.suffix in _MEDIA_TYPES
    }


def _made() -> Iterator[tuple[str, bytes]]:
    yield "style.css", "".join(path.read_text("utf-8") for path in sorted((_WEB / "style").glob("*.css"))).encode()
    yield "licences.txt", _licences().encode()
    sources = {
        path.relative_to(_WEB).as_posix(): path.read_text("utf-8")
        for folder in ("app", "vendor")
        for path in (_WEB / folder).rglob("*.js")
    }
    for language in languages():
        yield f"app.{language}.js", join(sources | dict(_generated(language)), _ENTRY).encode()


def _generated(language: str) -> Iterator[tuple[str, str]]:
    """Modules that are made of data: what is said in a language, and the words that adding a task understands."""
    yield "app/generated/catalogue.js", _constant("catalogue", page_catalogue(language))
    words = {
        each: json.loads(path.read_text("utf-8"))
        for each in (SOURCE, language)
        if (path := _WEB / "quick_add" / f"{each}.json").exists()
    }
    yield "app/generated/quick-add-words.js", _constant("quickAddWords", words)


def _constant(name: str, value: object) -> str:
    return f"export const {name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"


def _licences() -> str:
    """Each library with its version, and what its licence says: it comes with every copy."""
    parts = []
    for manifest in map(_WEB.joinpath, _MANIFESTS):
        for library in tomllib.loads(manifest.read_text("utf-8"))["library"]:
            head = f"{library['package']} {library['version']} ({library['licence']})"
            texts = [
                path.read_text("utf-8").strip()
                for addition in ("", "-notice", "-parts")
                if (path := manifest.parent / "licences" / licence_file(library["package"], addition)).exists()
            ]
            parts.append(f"{head}\n{'=' * len(head)}\n\n" + "\n\n".join(texts) + "\n")
    return "\n\n".join(dict.fromkeys(parts))


def licence_file(package: str, addition: str = "") -> str:
    """Where the licence of a package lies, beside the others; with `-notice` or `-parts`, what has to stand with it."""
    return f"{package.replace('/', '-').lstrip('@')}{addition}.txt"


def _asset(body: bytes, suffix: str) -> Asset:
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, gzipped, _MEDIA_TYPES[suffix])
