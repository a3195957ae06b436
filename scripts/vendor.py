"""Brings the page's libraries from npm into src/todo/web, as each VENDORED.toml there says.

    python scripts/vendor.py                 fetch what they name, and compare with the hashes that they hold
    python scripts/vendor.py preact@11.3.0   take another version of one, and write the new hashes down

Needs `npm`, which whoever runs the service never does. Imports by a bare name become relative ones: an import map would
have to be inline, which the page's policy forbids.
"""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

_WEB = Path(__file__).parents[1] / "src/todo/web"
_FOLDERS = (_WEB / "vendor", _WEB / "docs/vendor")
_SPECIFIER = re.compile(r"""(from|import)(\s*)(["'])([^"'.][^"']*)\3""")
_SOURCE_MAP = re.compile(r"\n?(//|/\*)# sourceMappingURL=\S*( ?\*/)?\s*$")
_KINDS = {"LICENSE": "", "NOTICE": "-notice"}


def main() -> None:
    """Fetch, rewrite, compare or write down."""
    wanted = dict(argument.rsplit("@", 1) for argument in sys.argv[1:])
    manifests = {folder: tomllib.loads((folder / "VENDORED.toml").read_text())["library"] for folder in _FOLDERS}
    if unknown := set(wanted) - {entry["package"] for entries in manifests.values() for entry in entries}:
        sys.exit(f"no VENDORED.toml names {', '.join(sorted(unknown))}")
    for folder, entries in manifests.items():
        vendor(folder, entries, wanted)
        (folder / "VENDORED.toml").write_text(written(entries))


def vendor(folder: Path, entries: list[dict[str, str]], wanted: dict[str, str]) -> None:
    """Bring what the manifest of a folder names, and write its hashes into `entries`."""
    relative = {entry["imported_as"]: f"./{entry['file']}" for entry in entries if "imported_as" in entry}
    for entry in entries:
        version = wanted.get(entry["package"], entry["version"])
        print(f"{entry['package']} {version}: {entry['file']}")
        archive = fetched(entry["package"], version)
        digest = hashlib.sha256(archive[entry["source"]]).hexdigest()
        if version == entry["version"] and entry.get("sha256", digest) != digest:
            sys.exit(f"{entry['package']} {version} is not what it was: {entry['source']} has sha256 {digest}")
        entry.update(version=version, sha256=digest)
        text = _SOURCE_MAP.sub("\n", archive[entry["source"]].decode())
        # What nobody imports is a style sheet, or a script of one piece.
        text = rewritten(text, relative) if "imported_as" in entry else text
        entry["written_sha256"] = hashlib.sha256(text.encode()).hexdigest()
        (folder / entry["file"]).write_bytes(text.encode())
        (folder / "licences").mkdir(exist_ok=True)
        for name, content in archive.items():
            if name in ("LICENSE", "NOTICE") or name == f"{entry['source']}.LICENSE.txt":
                kept = f"{entry['package'].replace('/', '-').lstrip('@')}{_KINDS.get(name, '-parts')}.txt"
                (folder / "licences" / kept).write_bytes(content)


def fetched(package: str, version: str) -> dict[str, bytes]:
    """The files of a package of npm, by their path in it."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True, capture_output=True, text=True
        )
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            return {
                member.name.partition("/")[2]: archive.extractfile(member).read()  # type: ignore[union-attr]  # a file
                for member in archive
                if member.isfile()
            }


def rewritten(text: str, relative: dict[str, str]) -> str:
    """The module with relative imports."""

    def replace(found: re.Match[str]) -> str:
        if found[4] not in relative:
            sys.exit(f"there is an import of {found[4]!r}, which VENDORED.toml does not name")
        return f"{found[1]}{found[2]}{found[3]}{relative[found[4]]}{found[3]}"

    return _SPECIFIER.sub(replace, text)


def written(entries: list[dict[str, str]]) -> str:
    """The manifest as TOML."""
    head = (
        "# The page's libraries. `scripts/vendor.py` fetches them from npm; do not edit the files beside this.\n"
        "# `sha256` is that of the source in the package, `written_sha256` that of the file here.\n"
    )
    order = ("package", "version", "licence", "source", "file", "imported_as", "sha256", "written_sha256")
    blocks = (
        "\n[[library]]\n" + "".join(f'{name} = "{entry[name]}"\n' for name in order if name in entry)
        for entry in entries
    )
    return head + "".join(blocks)


if __name__ == "__main__":
    main()
