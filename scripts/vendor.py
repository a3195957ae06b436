"""Brings the page's libraries from npm into src/todo/web/vendor, as VENDORED.toml there says.

    python scripts/vendor.py                 fetch what it names, and compare with the hashes that it holds
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

VENDOR = Path(__file__).parents[1] / "src/todo/web/vendor"
_SPECIFIER = re.compile(r"""(from|import)(\s*)(["'])([^"'.][^"']*)\3""")
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=.*\s*$")


def main() -> None:
    """Fetch, rewrite, compare or write down."""
    manifest = tomllib.loads((VENDOR / "VENDORED.toml").read_text())
    wanted = dict(argument.rsplit("@", 1) for argument in sys.argv[1:])
    if unknown := set(wanted) - {entry["package"] for entry in manifest["library"]}:
        sys.exit(f"VENDORED.toml names no {', '.join(sorted(unknown))}")
    relative = {entry["imported_as"]: f"./{entry['file']}" for entry in manifest["library"] if "imported_as" in entry}
    for entry in manifest["library"]:
        version = wanted.get(entry["package"], entry["version"])
        print(f"{entry['package']} {version}: {entry['file']}")
        archive = fetched(entry["package"], version)
        digest = hashlib.sha256(archive[entry["source"]]).hexdigest()
        if version == entry["version"] and entry.get("sha256", digest) != digest:
            sys.exit(f"{entry['package']} {version} is not what it was: {entry['source']} has sha256 {digest}")
        entry.update(version=version, sha256=digest)
        text = archive[entry["source"]]
        if entry["file"].endswith(".js"):
            text = rewritten(text.decode(), relative).encode()
        entry["written_sha256"] = hashlib.sha256(text).hexdigest()
        (VENDOR / entry["file"]).write_bytes(text)
        licence = VENDOR / "licences" / f"{entry['package'].replace('/', '-').lstrip('@')}.txt"
        licence.parent.mkdir(exist_ok=True)
        licence.write_bytes(archive["LICENSE"])
    (VENDOR / "VENDORED.toml").write_text(written(manifest["library"]))


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
    """The module with relative imports, and no map that is not there."""

    def replace(found: re.Match[str]) -> str:
        if found[4] not in relative:
            sys.exit(f"there is an import of {found[4]!r}, which VENDORED.toml does not name")
        return f"{found[1]}{found[2]}{found[3]}{relative[found[4]]}{found[3]}"

    return _SOURCE_MAP.sub("\n", _SPECIFIER.sub(replace, text))


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
