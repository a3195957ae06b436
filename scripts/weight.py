"""What an artifact weighs, package by package, and whether it grew since somebody looked."""

import io
import os
import re
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

MOST_ZIPPED = 25_000_000  # bytes; Lambda itself allows 50 MB
MOST_GROWTH = 0.05
RECORD = Path(__file__).with_name("artifact-size.toml")


def weigh(artifact: Path) -> tuple[Counter[str], Counter[str]]:
    """Bytes of each package, unzipped and zipped as SAM zips it."""
    plain, zipped = Counter[str](), Counter[str]()
    with zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in artifact.rglob("*") if path.is_file()):
            inside = path.relative_to(artifact)
            package = inside.parts[0].removesuffix(".libs").removesuffix(".py").split(".cpython")[0]
            package = "*.dist-info" if package.endswith(".dist-info") else package
            archive.write(path, inside)
            plain[package] += path.stat().st_size
            zipped[package] += archive.getinfo(inside.as_posix()).compress_size
    return plain, zipped


def report(artifact: Path) -> int:
    """Print what each package weighs; the zipped total."""
    plain, zipped = weigh(artifact)
    print(f"{artifact.name:28}{'unzipped':>12}{'zipped':>12}")
    for package, size in plain.most_common():
        print(f"  {package:26}{size / 1e6:9.2f} MB{zipped[package] / 1e6:9.2f} MB")
    print(f"  {'total':26}{plain.total() / 1e6:9.2f} MB{zipped.total() / 1e6:9.2f} MB")
    return zipped.total()


def fault(size: int, machine: str, record: Path = RECORD) -> str | None:
    """What is wrong with an artifact of `size` bytes, zipped, for `machine`; None when nothing is."""
    if size > MOST_ZIPPED:
        return f"the artifact is over {MOST_ZIPPED / 1e6:.0f} MB zipped"
    before: int = tomllib.loads(record.read_text())[machine]
    growth = size / before - 1
    if growth > MOST_GROWTH:
        return (
            f"the artifact for {machine} grew by {growth:.1%}, from {before:,} to {size:,} bytes zipped. Look above at "
            f"what grew; scripts/pruning.py can take out what is not needed. If all of it is, say so:\n"
            f"    make build {f'ARCHITECTURE={machine} ' if machine != 'arm64' else ''}ACCEPT_SIZE=1"
        )
    if growth < -MOST_GROWTH:
        print(f"It is {-growth:.1%} smaller than {record.name} says: make build ACCEPT_SIZE=1 holds that.")
    return None


def accepted() -> bool:
    """Whether whoever builds has looked at the size: `make build ACCEPT_SIZE=1`."""
    return os.environ.get("ACCEPT_SIZE", "") not in ("", "0")


def accept(size: int, machine: str, record: Path = RECORD) -> None:
    """Make `size` what the next builds for `machine` are compared with."""
    text, found = re.subn(rf"(?m)^{machine} = .*$", f"{machine} = {size:_}", record.read_text())
    if found != 1:
        raise SystemExit(f"{record}: no line for {machine}")
    record.write_text(text)
    print(f"{record.name}: {machine} = {size:_}")
