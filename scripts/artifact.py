"""Finish what `sam build` left in .aws-sam/build: prune it, make the page, compile, weigh, refuse what must not ship.

    python scripts/artifact.py .aws-sam/build arm64

Every function folder is treated. scripts/pruning.py says what is taken out, scripts/weight.py weighs what is left. The
decision behind bytecode is docs/decisions/0008-ship-bytecode.md.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import weight
from pruning import prune

PYTHON = "3.13"  # of the function; the tests hold it equal to the template's Runtime
IMAGE = f"public.ecr.aws/lambda/python:{PYTHON}-x86_64"  # what scripts/sam-local-up made, if it did
PLACE = "/var/task"  # where Lambda unpacks an artifact, so that tracebacks name files as they are there

OURS = ("todo", "tornado_lambda")
# What would be a mistake: the runtime has it, or it is not for a function at all.
FORBIDDEN = (
    *("boto3", "botocore", "s3transfer", "pip", "setuptools", "uv", "awslambdaric", "pytest"),
    *("**/tests", "**/test", "*.egg-info", "**/*.pyi", "**/*.pyo"),
)


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


def make_page(artifact: Path) -> None:
    """Make what the page loads, in the place of what it is made from: nobody shall wait for that on Lambda."""
    # By the artifact's own code, which has nothing to do with the processor here.
    program = "from todo.web import assets; assets.build(); print(*assets.SOURCES)"
    done = subprocess.run((sys.executable, "-B", "-c", program), cwd=artifact, stdout=subprocess.PIPE, check=True)
    for name in done.stdout.decode().split():
        shutil.rmtree(artifact / "todo/web" / name, ignore_errors=True)  # there need not be any pictures


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
    yield from dangling(artifact)


def dangling(artifact: Path) -> Iterator[str]:
    """Imports of our own code, at whatever depth, of modules that a package in `artifact` lacks."""
    for path in (path for package in OURS for path in sorted((artifact / package).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            else:
                continue
            for module in modules:
                if not present(artifact, module):
                    yield f"{path.relative_to(artifact)} imports {module}, which is not in the artifact"


def present(artifact: Path, module: str) -> bool:
    """Whether `module` is in `artifact`, or of a package that is not: Python's own, or the runtime's."""
    package, *rest = module.split(".")
    place = artifact.joinpath(package, *rest)
    return not rest or not (artifact / package).is_dir() or place.is_dir() or any(place.parent.glob(f"{place.name}.*"))


def state_architecture(template: Path, machine: str) -> None:
    """Make `machine` the default of the built template, so that no deployment says otherwise by silence."""
    text, found = re.subn(
        r"(?m)^(  Architecture:\n(?:    .*\n)*?    Default: )\S+$", rf"\g<1>{machine}", template.read_text()
    )
    if found != 1:
        raise SystemExit(f"{template}: the parameter Architecture was not found")
    template.write_text(text)


def finish(artifact: Path) -> bool:
    """Prune `artifact`, make the page in it, and compile it; whether it holds bytecode."""
    prune(artifact)
    make_page(artifact)
    compiler = compile_all(artifact)
    if compiler:
        print(f"compiled by {compiler}")
    else:
        print(
            f"WARNING: no Python {PYTHON} that runs was found: the artifact ships without bytecode.\n"
            "It works, but every start of the function compiles its imports: 1.0 s instead of 0.3 s.",
            file=sys.stderr,
        )
    return compiler is not None


def main(build: Path, machine: str) -> int:
    wrong = []
    for artifact in sorted(path for path in build.iterdir() if (path / "todo").is_dir()):
        compiled = finish(artifact)
        size = weight.report(artifact)
        if compiled and weight.accepted():
            weight.accept(size, machine)
        wrong += filter(None, [weight.fault(size, machine), *mistakes(artifact, machine)])
    for fault in wrong:
        print(fault, file=sys.stderr)
    state_architecture(build / "template.yaml", machine)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2]))
