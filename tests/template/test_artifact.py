"""What `make build` does to an artifact."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from template.cloudformation import ROOT


@pytest.fixture(scope="module")
def artifact_program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("artifact", ROOT / "scripts" / "artifact.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    for name in (
        "todo/__init__.py",
        "todo/__pycache__/__init__.cpython-311.pyc",
        "todo_service.egg-info/PKG-INFO",
        "tornado/web.py",
        "tornado/test/web_test.py",
        "sqlalchemy/testing/assertions.py",
        "psycopg/_psycopg.pyi",
        "psycopg-3.3.9.dist-info/METADATA",
        "psycopg-3.3.9.dist-info/RECORD",
        "psycopg-3.3.9.dist-info/licenses/LICENSE.txt",
        "bin/alembic",
        ".lock",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_pruning_keeps_code_metadata_and_licences(artifact_program: ModuleType, artifact: Path) -> None:
    artifact_program.prune(artifact)
    assert files(artifact) == {
        "todo/__init__.py",
        "tornado/web.py",
        "psycopg-3.3.9.dist-info/METADATA",
        "psycopg-3.3.9.dist-info/licenses/LICENSE.txt",
    }


@pytest.mark.parametrize(
    "name",
    [
        "boto3/__init__.py",
        "somebody/tests/test_it.py",
        "todo/__pycache__/application.cpython-311.pyc",
        "todo_service.egg-info/PKG-INFO",
    ],
)
def test_what_must_not_ship_is_refused(artifact_program: ModuleType, artifact: Path, name: str) -> None:
    artifact_program.prune(artifact)
    assert not list(artifact_program.mistakes(artifact, "arm64"))
    path = artifact / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert list(artifact_program.mistakes(artifact, "arm64"))


def test_a_library_for_another_processor_is_refused(artifact_program: ModuleType, artifact: Path) -> None:
    artifact_program.prune(artifact)
    (artifact / "libpq.so.5").write_bytes(bytes(18) + b"\x3e\x00")
    assert not list(artifact_program.mistakes(artifact, "x86_64"))
    assert list(artifact_program.mistakes(artifact, "arm64")) == ["libpq.so.5 is not for arm64"]


def test_a_python_that_does_not_run_is_passed_over(
    artifact_program: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / f"python{artifact_program.PYTHON}"
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert list(artifact_program.interpreters()) == []
    version = "".join(f"{part}." for part in sys.version_info[:2]).rstrip(".")
    monkeypatch.setattr(artifact_program, "PYTHON", version)
    shim.rename(tmp_path / "broken")
    (tmp_path / f"python{version}").symlink_to(sys.executable)
    assert list(artifact_program.interpreters()) == [f"python{version}"]


def test_bytecode_names_files_as_they_are_in_lambda_and_never_looks_at_their_age(
    artifact_program: ModuleType, artifact: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_program, "interpreters", lambda: iter([sys.executable]))
    artifact_program.prune(artifact)
    (artifact / "todo/__init__.py").write_text("def where(): pass\n")
    assert artifact_program.compile_all(artifact) == sys.executable
    (compiled,) = (artifact / "todo/__pycache__").iterdir()
    assert b"/var/task/todo/__init__.py" in compiled.read_bytes()
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 1  # unchecked hash


def test_the_built_template_says_what_it_was_built_for(artifact_program: ModuleType, tmp_path: Path) -> None:
    built = tmp_path / "template.yaml"
    built.write_text(
        "Parameters:\n  Architecture:\n    Type: String\n    Default: arm64\n    AllowedValues:\n    - arm64\n"
    )
    artifact_program.state_architecture(built, "x86_64")
    assert "    Default: x86_64\n    AllowedValues:\n    - arm64\n" in built.read_text()
    built.write_text("Parameters: {}\n")
    with pytest.raises(SystemExit, match="Architecture"):
        artifact_program.state_architecture(built, "arm64")
