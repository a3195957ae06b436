"""Finish what `sam build` left in .aws-sam/build: prune it, compile it, weigh it, refuse what must not ship.

    python scripts/artifact.py .aws-sam/build arm64

Every function folder is treated. The decision behind it is docs/decisions/0008-ship-bytecode.md.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

PYTHON = "3.13"  # of the function; the tests hold it equal to the template's Runtime
IMAGE = f"public.ecr.aws/lambda/python:{PYTHON}-x86_64"  # what scripts/sam-local-up made, if it did
MOST_ZIPPED = 25_000_000  # bytes; Lambda itself allows 50 MB
PLACE = "/var/task"  # where Lambda unpacks an artifact, so that tracebacks name files as they are there

# What nothing that runs in the function opens: other people's tests, programs for a shell, what argon2 was
# built with, the files of an API explorer that is not ours.
NOT_NEEDED = (
    ".lock",
    "bin",
    "*.egg-info",
    "alembic/testing",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "cffi",
    "cffi-*.dist-info",
    "mako/testing",
    "pycparser",
    "pycparser-*.dist-info",
    "sqlalchemy/testing",
    "tornado/test",
    # Of what an installer noted, METADATA and entry_points.txt are read at run time; licences have to ship.
    *(f"*.dist-info/{name}" for name in ("INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "sboms")),
    "*.dist-info/top_level.txt",
    "*.dist-info/uv_cache.json",
    *(f"**/*{suffix}" for suffix in (".pyi", ".pyx", ".pxd", ".c", ".h")),
    "**/py.typed",
    "**/__pycache__",
)

# What would be a mistake: the runtime has it, or it is not for a function at all.
FORBIDDEN = (
    *("boto3", "botocore", "s3transfer", "pip", "setuptools", "uv", "awslambdaric", "pytest"),
    *("**/tests", "**/test", "*.egg-info", "**/*.pyi", "**/*.pyo"),
)


def prune(artifact: Path) -> None:
    for pattern in NOT_NEEDED:
        for path in list(artifact.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def interpreters() -> Iterator[str]:
    """Every Python of the function's version on this machine that really runs."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for candidate in (
        f"python{PYTHON}",
        *map(str, sorted(pyenv.glob(f"{PYTHON}.*/bin/python"), reverse=True)),
    ):
        # pyenv leaves a python3.13 on PATH that only says which versions it could have been.
        question = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            answer = subprocess.run(question, capture_output=True, text=True, check=False)
        except OSError:
            continue
        if answer.stdout.strip() == PYTHON:
            yield candidate


def compilers(artifact: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """What could compile `artifact`, best first: its name and the command."""

    def compileall(python: Sequence[str], folder: str) -> Sequence[str]:
        options = ("-q", "-f", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", PLACE)
        return (*python, "-m", "compileall", *options, folder)

    for python in interpreters():
        yield python, compileall((python,), str(artifact))
    if shutil.which("podman") and subprocess.run(["podman", "image", "exists", IMAGE], check=False).returncode == 0:
        run = (
            "podman",
            "run",
            "--rm",
            "--network=none",
            "-v",
            f"{artifact}:{PLACE}",
            "--entrypoint",
            "python3",
            IMAGE,
        )
        yield "the sam-local-up image", compileall(run, PLACE)


def compile_all(artifact: Path) -> str | None:
    """Add bytecode to `artifact`; the name of what made it, or None when there is nothing that can."""
    for name, command in compilers(artifact):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sam-local"
        # What scripts/sam-local-up had to set for containers to run here.
        settings = Path(os.environ.get("SAM_LOCAL_STATE", cache)) / "containers.conf"
        if settings.exists():
            environment.setdefault("CONTAINERS_CONF", str(settings))
        if subprocess.run(command, env=environment, check=False).returncode == 0:
            return name
    return None


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


def mistakes(artifact: Path, machine: str) -> Iterator[str]:
    """What must not ship."""
    for pattern in FORBIDDEN:
        for path in artifact.glob(pattern):
            yield f"{path.relative_to(artifact)} must not ship"
    tag = f".cpython-{PYTHON.replace('.', '')}."
    for path in artifact.rglob("*.pyc"):
        if tag not in path.name:
            yield f"{path.relative_to(artifact)} is bytecode of another Python"
    for path in artifact.rglob("*.so*"):
        # The machine that an ELF file is for stands at its byte 18: 62 is x86_64, 183 is AArch64.
        if path.read_bytes()[18] != {"x86_64": 62, "arm64": 183}[machine]:
            yield f"{path.relative_to(artifact)} is not for {machine}"


def state_architecture(template: Path, machine: str) -> None:
    """Make `machine` the default of the built template, so that no deployment says otherwise by silence."""
    text, found = re.subn(
        r"(?m)^(  Architecture:\n(?:    .*\n)*?    Default: )\S+$", rf"\g<1>{machine}", template.read_text()
    )
    if found != 1:
        raise SystemExit(f"{template}: the parameter Architecture was not found")
    template.write_text(text)


def main(build: Path, machine: str) -> int:
    wrong = 0
    for artifact in sorted(path for path in build.iterdir() if (path / "todo").is_dir()):
        prune(artifact)
        compiler = compile_all(artifact)
        if compiler:
            print(f"compiled by {compiler}")
        else:
            print(
                f"WARNING: no Python {PYTHON} that runs was found: the artifact ships without bytecode.\n"
                "It works, but every start of the function compiles its imports: 1.0 s instead of 0.3 s.",
                file=sys.stderr,
            )
        if report(artifact) > MOST_ZIPPED:
            print(f"{artifact.name} is over {MOST_ZIPPED / 1e6:.0f} MB zipped", file=sys.stderr)
            wrong += 1
        for mistake in mistakes(artifact, machine):
            print(mistake, file=sys.stderr)
            wrong += 1
    state_architecture(build / "template.yaml", machine)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2]))
