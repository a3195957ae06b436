"""What the page is made of: small, whole, and whose it is."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from todo.web import assets
from todo.web.catalogue import languages

WEB = Path(assets.__file__).parent
FOLDERS = (WEB / "vendor", WEB / "docs/vendor")
LIBRARIES = [
    (folder, library)
    for folder in FOLDERS
    for library in tomllib.loads((folder / "VENDORED.toml").read_text())["library"]
]
MOST_COMPRESSED = 60_000  # bytes


def get(name: str) -> assets.Asset:
    found = assets.find_asset(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize("language", languages())
def test_the_first_load_of_script_and_style_is_small(language: str) -> None:
    parts = [get(f"app.{language}.js"), get("style.css")]
    assert sum(len(part.gzipped or part.body) for part in parts) < MOST_COMPRESSED


def test_each_language_has_a_script_that_says_it() -> None:
    scripts = {language: get(f"app.{language}.js").body.decode() for language in languages()}
    assert len(set(scripts.values())) == len(languages()) >= 2
    for language, script in scripts.items():
        assert f'"language":"{language}"' in script
    assert assets.find_asset("app.xx.js") is None


@pytest.mark.parametrize(("sheet", "folder"), [("style.css", "style"), ("more.css", "style/more")])
def test_every_file_of_the_style_is_in_it_in_the_order_of_their_names(sheet: str, folder: str) -> None:
    style = get(sheet).body.decode()
    names = sorted((WEB / folder).glob("*.css"))
    # The first selector of each, which no other begins a line with.
    firsts = [
        next(line for line in path.read_text().splitlines() if line.endswith("{") and line[0] in ".:") for path in names
    ]
    places = [style.index(re.sub(r"\s+(?={)", "", first)) for first in firsts]
    assert places == sorted(places)


@pytest.mark.parametrize("sheet", ["style.css", "more.css"])
def test_the_style_loads_nothing_from_elsewhere(sheet: str) -> None:
    style = get(sheet).body.decode()
    assert "@import" not in style
    # What names SVG is no address that is asked for.
    assert "http:" not in style.replace("xmlns='http://www.w3.org/2000/svg'", "")
    assert "https:" not in style


def test_names_that_are_none_of_ours_are_not_there() -> None:
    for name in ("", ".", "..", "../page.html", "page.html", "app/main.js", "VENDORED.toml", "service-worker.js", "\0"):
        assert assets.find_asset(name) is None


def test_the_hash_is_the_same_each_time_and_of_all_that_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    first = assets.static_hash()
    assert len(first) == 16
    assets.static_hash.cache_clear()
    assert assets.static_hash() == first
    for name in ("style.css", "more.css", "app.es.js", "icon.svg", "licences.txt"):
        changed = assets._contents() | {name: b"another"}
        with monkeypatch.context() as patch:
            patch.setattr(assets, "_contents", lambda changed=changed: changed)
            assets.static_hash.cache_clear()
            assert assets.static_hash() != first, name
    assets.static_hash.cache_clear()


@pytest.mark.parametrize(("folder", "library"), LIBRARIES, ids=[library["file"] for _, library in LIBRARIES])
def test_a_library_is_as_it_was_fetched(folder: Path, library: dict[str, str]) -> None:
    written = (folder / library["file"]).read_bytes()
    assert hashlib.sha256(written).hexdigest() == library["written_sha256"]
    assert len(library["sha256"]) == 64
    assert b"sourceMappingURL" not in written


def test_every_library_is_named_with_its_licence_and_nothing_else_is_there() -> None:
    text = get("licences.txt").body.decode()
    for folder, library in LIBRARIES:
        assert text.count(f"{library['package']} {library['version']} ({library['licence']})") == 1
        for path in assets.licence_files(folder, library["package"]):
            assert path.read_text().strip()
            assert path.read_text().strip() in text
    for folder in FOLDERS:
        mine = [library for its, library in LIBRARIES if its == folder]
        licences = {path for library in mine for path in assets.licence_files(folder, library["package"])}
        files = {path for path in folder.rglob("*") if path.is_file()}
        assert files == {folder / library["file"] for library in mine} | licences | {folder / "VENDORED.toml"}


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("favicon.ico", b"\0\0\1\0\1\0 "),
        ("icon-192.png", b"\x89PNG"),
        ("icon-512.png", b"\x89PNG"),
        ("icon-maskable-512.png", b"\x89PNG"),
        ("apple-touch-icon.png", b"\x89PNG"),
        ("icon.svg", b"<svg "),
    ],
)
def test_the_icons_are_drawn(name: str, begin: bytes) -> None:
    body = get(name).body
    assert body.startswith(begin)
    if name.startswith("icon-") and name.endswith(".png"):
        size = int(name.removesuffix(".png").rpartition("-")[2])
        assert body[16:24] == size.to_bytes(4) + size.to_bytes(4)
