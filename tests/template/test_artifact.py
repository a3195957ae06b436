"""What `make build` does to an artifact."""

import ast
import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from template.cloudformation import ROOT
from template.programs import program

from todo.web import assets

pruning, weight = program("pruning"), program("weight")


@pytest.fixture(scope="module")
def artifact_program() -> ModuleType:
    return program("artifact")


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


def test_pruning_keeps_code_metadata_and_licences(artifact: Path) -> None:
    pruning.prune(artifact)
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
    pruning.prune(artifact)
    assert not list(artifact_program.mistakes(artifact, "arm64"))
    path = artifact / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert list(artifact_program.mistakes(artifact, "arm64"))


def test_a_library_for_another_processor_is_refused(artifact_program: ModuleType, artifact: Path) -> None:
    pruning.prune(artifact)
    (artifact / "libpq.so.5").write_bytes(bytes(18) + b"\x3e\x00")
    assert not list(artifact_program.mistakes(artifact, "x86_64"))
    assert list(artifact_program.mistakes(artifact, "arm64")) == ["libpq.so.5 is not for arm64"]


def test_a_library_loses_what_only_a_debugger_reads(tmp_path: Path) -> None:
    library = tmp_path / "core.so"
    original = Path(msgspec._core.__file__).read_bytes()
    library.write_bytes(original + b"lines of its source" * 1000)
    kept = tmp_path / "cache.so"
    os.link(library, kept)

    pruning.strip(library)

    end = pruning.loaded(original)
    assert library.read_bytes()[64:] == original[64:end]
    assert len(library.read_bytes()) == end < len(original)
    assert kept.read_bytes() == original + b"lines of its source" * 1000
    assert ctypes.PyDLL(str(library)).PyInit__core


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    script = tmp_path / "GROUP.so"
    script.write_text("INPUT(libpq.so.5)")
    pruning.strip(script)
    assert script.read_text() == "INPUT(libpq.so.5)"


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("import tornado.test", "tornado.test"),
        ("def f():\n    from tornado.auth import GoogleOAuth2Mixin", "tornado.auth"),
    ],
)
def test_our_code_imports_nothing_that_was_taken_out(
    artifact_program: ModuleType, artifact: Path, line: str, module: str
) -> None:
    pruning.prune(artifact)
    ours = artifact / "todo/__init__.py"
    ours.write_text("import json.decoder, boto3.session, tornado.web\nfrom tornado import web\nfrom . import this\n")
    assert list(artifact_program.mistakes(artifact, "arm64")) == []
    ours.write_text(line)
    assert list(artifact_program.mistakes(artifact, "arm64")) == [
        f"todo/__init__.py imports {module}, which is not in the artifact"
    ]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "size.toml"
    file.write_text("# how to\narm64 = 10_000_000\nx86_64 = 9_000_000\n")
    return file


def test_an_artifact_that_grew_by_more_than_a_twentieth_is_refused(record: Path) -> None:
    assert weight.fault(10_490_000, "arm64", record) is None
    assert weight.fault(10_510_000, "arm64", record).startswith("the artifact for arm64 grew by 5.1%")
    refused = weight.fault(10_500_000, "x86_64", record)
    assert "make build ARCHITECTURE=x86_64 ACCEPT_SIZE=1" in refused


def test_an_accepted_size_is_what_the_next_builds_are_compared_with(record: Path) -> None:
    weight.accept(12_000_000, "arm64", record)
    assert record.read_text() == "# how to\narm64 = 12_000_000\nx86_64 = 9_000_000\n"
    assert weight.fault(12_500_000, "arm64", record) is None


def test_no_acceptance_helps_above_the_limit(record: Path) -> None:
    weight.accept(25_000_001, "arm64", record)
    assert weight.fault(25_000_001, "arm64", record) == "the artifact is over 25 MB zipped"


def test_an_artifact_that_shrank_says_how_to_hold_that(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert weight.fault(9_000_000, "arm64", record) is None
    assert "make build ACCEPT_SIZE=1" in capsys.readouterr().out


@pytest.fixture(scope="module")
def artifact_with_page(artifact_program: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("artifact")
    shutil.copytree(ROOT / "src/todo/web", made / "todo/web")
    (made / "todo/__init__.py").write_text("")
    artifact_program.make_page(made)
    return made


def test_the_page_ships_as_it_is_sent_and_not_what_it_is_made_from(artifact_with_page: Path) -> None:
    web = artifact_with_page / "todo/web"
    (folder,) = (web / "static").iterdir()
    assert folder.name == assets.static_hash()
    assert {"app.en.js.gz", "app.es.js.gz", "docs.js.gz", "style.css.gz", "more.css.gz"} <= files(folder)
    assert not {*assets.SOURCES} & {path.name for path in web.iterdir()}
    assert (web / "service-worker.js").exists()
    assert (web / "page.html").exists()


def test_what_was_made_at_build_time_is_what_would_be_made_now(artifact_with_page: Path) -> None:
    sent = {name.removesuffix(".gz") for name in files(artifact_with_page / "todo/web/static")}
    names = [*sorted(name.rpartition("/")[2] for name in sent), "nothing.js", "app.en.js.gz", "../icon-192.png"]
    program = (
        "import sys; from todo.web import assets; found = map(assets.find_asset, sys.argv[1:]);"
        "facts = [each and (each.body, each.gzipped, each.media_type) for each in found];"
        "print((assets.static_hash(), facts))"
    )
    command = (sys.executable, "-B", "-c", program, *names)
    done = subprocess.run(command, cwd=artifact_with_page, stdout=subprocess.PIPE, check=True)
    version, facts = ast.literal_eval(done.stdout.decode())
    assert version == assets.static_hash()
    for name, shipped in zip(names, facts, strict=True):
        made = assets.find_asset(name)
        assert shipped == (made and (made.body, made.gzipped, made.media_type)), name


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
    pruning.prune(artifact)
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
