"""How long the HTTP function takes to import, with and without bytecode, beside the bare libraries it stands on.

    make build ARCHITECTURE=x86_64 && .venv/bin/python benchmarks/cold_start.py

Each time is a fresh process of the first Python 3.13 that runs, over the built artifact, set for PostgreSQL; the
contenders take turns, and what is printed is the median, with the time that Python itself takes taken off.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from artifact import interpreters  # noqa: E402 - scripts/ is no package

ARTIFACT = ROOT / ".aws-sam" / "build" / "HttpFunction-Shared"  # what SAM calls an artifact of several functions
ENVIRONMENT = {
    "TODO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "PATH": os.environ["PATH"],
    "HOME": os.environ.get("HOME", "/"),
    "PYENV_VERSION": os.environ.get("PYENV_VERSION", ""),
}
PROGRAMS = {
    "python": "pass",
    "bare libraries": (
        "import tornado.web, mangum, sqlalchemy.orm, sqlalchemy.dialects.postgresql.psycopg, psycopg, msgspec"
    ),
    "function": "import todo.entrypoints.http",
}


def seconds(python: str, program: str, artifact: Path) -> float:
    """The wall time of one fresh process, which may write no bytecode, as on Lambda."""
    started = time.perf_counter()
    subprocess.run([python, "-B", "-c", program], cwd=artifact, env=ENVIRONMENT, check=True, capture_output=True)
    return time.perf_counter() - started


def without_bytecode(artifact: Path, copy: Path) -> Path:
    """A copy of the artifact that holds sources alone."""
    return shutil.copytree(artifact, copy, ignore=shutil.ignore_patterns("__pycache__"))


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Import times of the built HTTP function.")
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    python = next(interpreters(), None)
    if python is None or not ARTIFACT.is_dir():
        print("This needs Python 3.13 and an artifact: make build ARCHITECTURE=x86_64", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        places = {"with bytecode": ARTIFACT, "without": without_bytecode(ARTIFACT, Path(folder) / "sources")}
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(runs):
            for place, artifact in places.items():
                for name, program in PROGRAMS.items():
                    times.setdefault((place, name), []).append(seconds(python, program, artifact))
    for place in places:
        idle = statistics.median(times[place, "python"])
        bare = statistics.median(times[place, "bare libraries"]) - idle
        ours = statistics.median(times[place, "function"]) - idle
        print(f"{place:14}  bare libraries {bare:.2f} s   function {ours:.2f} s   ratio {ours / bare:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
