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
# The viewer of the contract, with what is ours of it.
_DOCS = {"docs.css": ("vendor/swagger-ui.css", "viewer.css"), "docs.js": ("vendor/swagger-ui-bundle.js", "viewer.js")}
_LIBRARIES = (_WEB / "vendor", _WEB / "docs/vendor")
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
    for name, body in sorted(_contents().items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:16]


@cache
def find_asset(name: str) -> Asset | None:
    """The file of this name: `app.<language>.js`, `style.css`, `docs.js`, `licences.txt`, an icon, a picture ..."""
    body = _contents().get(name)
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
    for name, parts in _DOCS.items():
        yield name, b"\n".join((_WEB / "docs" / part).read_bytes() for part in parts)
    sources = {
        path.relative_to(_WEB).as_posix(): path.read_text("utf-8")
        for folder in ("app", "vendor")
        for path in (_WEB / folder).rglob("*.js")
    }
    for language in languages():
        yield f"app.{language}.js", join(sources | dict(generated(language)), _ENTRY).encode()


def generated(language: str) -> Iterator[tuple[str, str]]:
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
    for folder in _LIBRARIES:
        for library in tomllib.loads((folder / "VENDORED.toml").read_text("utf-8"))["library"]:
            head = f"{library['package']} {library['version']} ({library['licence']})"
            texts = (path.read_text("utf-8").strip() for path in licence_files(folder, library["package"]))
            parts.append("\n\n".join((f"{head}\n{'=' * len(head)}", *texts)) + "\n")
    return "\n\n".join(dict.fromkeys(parts))


def licence_files(folder: Path, package: str) -> list[Path]:
    """What a package comes with: its licence, and where there are any, its notice and the licences of its parts."""
    name = package.replace("/", "-").lstrip("@")
    files = [folder / "licences" / f"{name}{kind}.txt" for kind in ("", "-notice", "-parts")]
    return [files[0], *(path for path in files[1:] if path.exists())]


def _asset(body: bytes, suffix: str) -> Asset:
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in _COMPRESSED else None
    return Asset(body, gzipped, _MEDIA_TYPES[suffix])
