"""What the page is made of, as it is served: scripts for each language, style sheets, icons, pictures, licences.

All of it lies under `/static/<hash of everything>/`, so it may be kept for ever; a change anywhere is another address.
It is made when the first browser asks, or was by `make build`, which ships it in the place of what it is made from.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from todo.web.catalogue import SOURCE, get_catalogue, languages

_WEB = Path(__file__).parent
# The scripts, by the module that each begins with: what is there at once, what strangers need, and all the rest, which
# is loaded when something is shown (app/later.js).
_SCRIPTS = {"app": "app/main.js", "doors": "app/doors.js", "more": "app/more.js"}
# The style sheets: that of the page as it begins, and that of what the last script shows, which comes with it.
_STYLES = {"style.css": "style/*.css", "more.css": "style/more/*.css"}
_NEEDLESS_IN_CSS = re.compile(r"/\*.*?\*/|\s+(?=[{};])|(?<=[{};])\s+|(?<=,)\n\s*", re.DOTALL)
_BEFORE_VALUE = re.compile(r"(?<=[{;])([\w-]+):\s+")
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}
_LIBRARIES = (_WEB / "vendor", _WEB / "docs/vendor")
# The viewer of the documentation is large and seldom asked for: it is read then, and its manifest stands for it in the
# hash.
_DOCS = {
    "docs.css": ("docs/vendor/swagger-ui.css", "docs/viewer.css"),
    "docs.js": ("docs/vendor/swagger-ui-bundle.js", "docs/viewer.js"),
}
_DOCS_NAMED_BY = ("docs/vendor/VENDORED.toml", "docs/viewer.css", "docs/viewer.js")
_COMPRESSED = (".css", ".js", ".svg", ".txt")
# What all of it is made from, and where it lies once it is: in a folder that is named for the hash, as it is sent.
SOURCES = ("app", "docs", "icons", "pictures", "style", "vendor")
_BUILT = _WEB / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page. `gzipped` is None where compressing it is of no use."""

    body: bytes
    gzipped: bytes | None
    media_type: str


@cache
def static_hash() -> str:
    """What names this version of everything: 16 characters of a SHA-256."""
    if (built := _built()) is not None:
        return built.name
    digest = hashlib.sha256()
    named = _contents() | {name: (_WEB / name).read_bytes() for name in _DOCS_NAMED_BY}
    for name, body in sorted(named.items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()[:16]


@cache
def find_asset(name: str) -> Asset | None:
    """The file of this name: `app.<language>.js`, `style.css`, `docs.js`, `licences.txt`, an icon, a picture ..."""
    if (built := _built()) is not None:
        return _read(built, name)
    parts = _DOCS.get(name)
    body = b"\n".join((_WEB / part).read_bytes() for part in parts) if parts else _contents().get(name)
    return None if body is None else _asset(body, Path(name).suffix)


@cache
def service_worker() -> Asset:
    """The script that opens the page without a network. Its address must never change, so it is no part of the rest."""
    return _asset((_WEB / "service-worker.js").read_bytes(), ".js")


def build() -> None:
    """Make all of it, and keep it for the processes that begin after this."""
    folder = _BUILT / static_hash()
    folder.mkdir(parents=True)
    for name in (*_contents(), *_DOCS):
        asset = find_asset(name)
        if asset is not None:
            (folder / _stored(name)).write_bytes(asset.body if asset.gzipped is None else asset.gzipped)


@cache
def _built() -> Path | None:
    return next(_BUILT.iterdir()) if _BUILT.is_dir() else None


def _read(folder: Path, name: str) -> Asset | None:
    stored, media_type = _stored(name), _MEDIA_TYPES.get(Path(name).suffix)
    if media_type is None or stored not in (path.name for path in folder.iterdir()):
        return None
    content = (folder / stored).read_bytes()
    return Asset(content, None, media_type) if stored == name else Asset(gzip.decompress(content), content, media_type)


def _stored(name: str) -> str:
    return f"{name}.gz" if name.endswith(_COMPRESSED) else name


@cache
def _contents() -> dict[str, bytes]:
    return dict(_made()) | {
        path.name: path.read_bytes()
        for folder in ("icons", "pictures")
        for path in sorted((_WEB / folder).glob("*.*"))
        if path.suffix in _MEDIA_TYPES
    }


def _made() -> Iterator[tuple[str, bytes]]:
    from todo.web.bundle import join_parts, modules_of  # which takes longer to load than all else here

    yield from ((name, _style(sheets).encode()) for name, sheets in _STYLES.items())
    yield "licences.txt", _licences().encode()
    sources = {
        path.relative_to(_WEB).as_posix(): path.read_text("utf-8")
        for folder in ("app", "vendor")
        for path in (_WEB / folder).rglob("*.js")
    }
    parts = modules_of(sources | generated(SOURCE), *_SCRIPTS.values())
    for language in languages():
        names = [f"{name}.{language}.js" for name in _SCRIPTS]
        made = generated(language, dict(zip(_SCRIPTS, parts, strict=True)))
        scripts = join_parts(sources | made, *_SCRIPTS.values(), names=names)
        yield from ((name, script.encode()) for name, script in zip(names, scripts, strict=True))


def _style(sheets: str) -> str:
    """One style sheet of several, in the order of their names, without comments and white space."""
    joined = "".join(path.read_text("utf-8") for path in sorted(_WEB.glob(sheets)))
    return _BEFORE_VALUE.sub(r"\1:", _NEEDLESS_IN_CSS.sub("", joined))


def generated(language: str, parts: Mapping[str, Collection[str]] | None = None) -> dict[str, str]:
    """Modules that are made of data: what is said in a language, and the words that adding a task understands.

    `parts` has the modules of each script, which brings what they say, so that nobody waits for the texts of others.
    Without it, the first has all.
    """
    catalogue, first = get_catalogue(language), next(iter(_SCRIPTS))

    def texts_of(script: str) -> dict[str, Any]:
        return catalogue.texts_of_page(lambda module: module in parts[script] if parts else script == first)

    texts = {script: texts_of(script) for script in _SCRIPTS}
    words = {
        each: json.loads(path.read_text("utf-8"))
        for each in (SOURCE, language)
        if (path := _WEB / "quick_add" / f"{each}.json").exists()
    }
    return {
        "app/generated/catalogue.js": _constant("catalogue", catalogue.of_page() | texts.pop(first)),
        "app/generated/quick-add-words.js": _constant("quickAddWords", words),
    } | {f"app/generated/{name}-texts.js": _constant("texts", said) for name, said in texts.items()}


def _constant(name: str, value: object) -> str:
    return f"export const {name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"


def _licences() -> str:
    """Each library with its version, and what its licence says: it comes with every copy."""
    import tomllib

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
