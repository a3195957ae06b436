"""Migrations, from nothing and again, on both databases; and what a failing one leaves behind."""

import logging
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgresql import ask, new_database
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from todo.database import build_database
from todo.migrations import roles, run
from todo.migrations.failures import DatabaseAhead, MigrationFailed
from todo.migrations.run import migrate
from todo.models import Base
from todo.storage import CannotStart, bring_up_to_date

HEAD, NEXT = "0008", "0009"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path}/todo.db")
    return new_database(request.getfixturevalue("postgresql_server"))


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    database = build_database(url, "invocation")
    yield database.engine
    database.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "todo.db"
    database = build_database(make_url(f"sqlite:///{path}"), "server")
    migrate(database.engine)
    database.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO scopes VALUES ('a', 'list', 1, 0, 0, NULL)")
        connection.execute("INSERT INTO changes VALUES ('a', 1, 'o', NULL, '2026-01-01', 'k', NULL, '{}', NULL, NULL)")
    return path


def next_version(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """A version of the program that has one more migration."""
    copy = folder / "migrations"
    shutil.copytree(run._HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    (copy / "versions" / f"{NEXT}_next.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = '{NEXT}'\ndown_revision = '{HEAD}'\n"
        f"def upgrade():\n{lines}\ndef downgrade():\n    raise NotImplementedError\n"
    )
    monkeypatch.setattr(run, "_HERE", copy)


def migrate_file(path: Path) -> tuple[str | None, str]:
    database = build_database(make_url(f"sqlite:///{path}"), "server")
    try:
        return migrate(database.engine)
    finally:
        database.close()


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_database_is_migrated_from_nothing_to_just_what_the_models_say(engine: Engine) -> None:
    assert migrate(engine) == (None, HEAD)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_second_migration_does_nothing(engine: Engine) -> None:
    migrate(engine)
    assert migrate(engine) == (HEAD, HEAD)


def test_the_first_schema_can_be_taken_down_and_up_again(engine: Engine) -> None:
    migrate(engine)
    own = create_engine(engine.url)
    with own.begin() as connection:
        command.downgrade(run._config(connection), "base")
    with own.begin() as connection:
        assert set(own.dialect.get_table_names(connection)) == {"alembic_version"}
    own.dispose()
    assert migrate(engine) == (None, HEAD)


def test_processes_that_migrate_at_once_take_turns(url: URL) -> None:
    program = (
        "import sys\nfrom sqlalchemy import make_url\nfrom todo.storage import bring_up_to_date\n"
        "from todo.database import build_database\n"
        "database = build_database(make_url(sys.argv[1]), 'invocation')\nsys.stdin.readline()\n"
        "print(bring_up_to_date(database)[0])\ndatabase.close()\n"
    )
    address = url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = sorted(process.communicate(timeout=60)[0].strip() for process in processes)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert answers == [HEAD, HEAD, "None"]


def test_what_the_first_version_stored_is_there_after_the_second_migration(engine: Engine) -> None:
    with engine.begin() as connection:
        command.upgrade(run._config(connection), "0001")
        connection.exec_driver_sql(
            "INSERT INTO accounts"
            " (id, email, email_key, name, password_hash, time_zone, version, created_at, updated_at) VALUES"
            " ('01a20630-1de1-792f-a54a-dd1d6539ceaa', 'ann@example.org', 'ann@example.org', 'Ann', 'x',"
            " 'Europe/Madrid', 1, '2026-01-01', '2026-01-01')"
        )
    assert migrate(engine) == ("0001", HEAD)
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT name, language, digest_at, mail_stopped_at FROM accounts").one()
    assert tuple(row) == ("Ann", "en", None, None)


def test_a_file_is_copied_before_it_is_upgraded(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(file)
    file.chmod(0o600)
    next_version(monkeypatch, tmp_path, "op.add_column('lists', sa.Column('colour', sa.Text()))")
    assert migrate_file(file) == (HEAD, NEXT)
    copy = file.with_name(f"todo.db.before-{HEAD}")
    assert content(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "colour" in "".join(content(file))


def test_a_new_file_is_not_copied(file: Path) -> None:
    assert [path.name for path in file.parent.iterdir() if "before" in path.name] == []


def test_rebuilding_a_table_keeps_its_children(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    next_version(
        monkeypatch,
        tmp_path,
        "with op.batch_alter_table('scopes', recreate='always') as batch:\n"
        "    batch.add_column(sa.Column('colour', sa.Text()))",
    )
    migrate_file(file)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM changes").fetchone() == (1,)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("op.add_column('lists', sa.Column('colour', sa.Text()))\nop.execute(\"DELETE FROM scopes\")", MigrationFailed),
        ("op.add_column('lists', sa.Column('colour', sa.Text()))\n1 / 0", ZeroDivisionError),
    ],
)
def test_a_failing_migration_of_a_file_leaves_everything_as_it_was(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, error: type[Exception]
) -> None:
    before = content(file)
    next_version(monkeypatch, tmp_path, body)
    with pytest.raises(error):
        migrate_file(file)
    assert content(file) == before


def test_a_failing_migration_of_postgresql_leaves_everything_as_it_was(
    postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database(postgresql_server)
    database = build_database(url, "invocation")
    migrate(database.engine)
    next_version(monkeypatch, tmp_path, "op.add_column('lists', sa.Column('colour', sa.Text()))\n1 / 0")
    with pytest.raises(ZeroDivisionError):
        migrate(database.engine)
    assert ask(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert ask(url, "SELECT 1 FROM information_schema.columns WHERE column_name = 'colour'") == []
    database.close()


def test_the_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    database = build_database(engine.url, "invocation")
    bring_up_to_date(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(CannotStart, match=r"0099.*newer version") as caught:
        bring_up_to_date(database)
    assert "Nothing was changed" in str(caught.value)
    # Whoever goes back to an earlier version can tell this from a migration that failed.
    with pytest.raises(DatabaseAhead, match="0099"):
        migrate(database.engine)
    database.close()


ROLE = "CREATE ROLE {0} LOGIN NOSUPERUSER PASSWORD 'x'"
SETTINGS = "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole WHERE rolname = %s"


def test_the_time_outs_are_kept_with_the_role_and_a_value_of_its_own_is_respected(postgresql_server: str) -> None:
    url = new_database(postgresql_server)
    role = f"role_{url.database}"
    ask(url, ROLE.format(role))
    ask(url, f"ALTER DATABASE {url.database} OWNER TO {role}")
    ask(url, f"ALTER ROLE {role} SET lock_timeout = '1s'")
    database = build_database(url.set(username=role), "invocation")
    migrate(database.engine)
    kept = {str(row[0]) for row in ask(url, SETTINGS, role)}
    assert kept == {
        "lock_timeout=1s",
        "statement_timeout=15s",
        "idle_in_transaction_session_timeout=30s",
        "client_connection_check_interval=1s",
    }
    migrate(database.engine)
    assert {str(row[0]) for row in ask(url, SETTINGS, role)} == kept
    database.close()


def test_a_role_that_may_not_set_its_time_outs_is_told_and_the_migration_stands(
    postgresql_server: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = new_database(postgresql_server)
    role = f"role_{url.database}"
    ask(url, ROLE.format(role))
    ask(url, f"ALTER DATABASE {url.database} OWNER TO {role}")
    # A parameter that only a superuser may set: the refusal is PostgreSQL's own.
    monkeypatch.setattr(roles, "_TIME_OUTS", {"log_statement": "all"})
    database = build_database(url.set(username=role), "invocation")
    with caplog.at_level(logging.WARNING, "todo"):
        assert migrate(database.engine) == (None, HEAD)
    assert "permission denied" in caplog.text
    assert "ALTER ROLE" in caplog.text
    assert ask(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    database.close()


def test_a_role_that_may_not_make_tables_is_told_what_to_ask_for(postgresql_server: str) -> None:
    url = new_database(postgresql_server)
    role = f"role_{url.database}"
    ask(url, ROLE.format(role))
    database = build_database(url.set(username=role), "invocation")
    with pytest.raises(CannotStart, match="GRANT CREATE ON SCHEMA"):
        bring_up_to_date(database)
    database.close()


def test_the_time_outs_of_requests_do_not_end_a_migration(
    postgresql_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database(postgresql_server)
    ask(url, f"ALTER DATABASE {url.database} SET statement_timeout = '50ms'")
    next_version(monkeypatch, tmp_path, "op.execute('SELECT pg_sleep(0.2)')")
    database = build_database(url, "invocation")
    assert migrate(database.engine) == (None, NEXT)
    database.close()


def test_the_schema_uses_nothing_that_aurora_dsql_or_sqlite_lacks() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = [str(CreateTable(table).compile(dialect=dialect)) for table in Base.metadata.sorted_tables]
    statements += [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in Base.metadata.tables.values()
        for index in table.indexes
    ]
    assert len(statements) > 20
    for statement in statements:
        upper = statement.upper()
        for absent in ("SERIAL", "SEQUENCE", "IDENTITY", "ENUM", "DEFAULT", "JSON", "ARRAY", "TRIGGER", "CREATE TYPE"):
            assert absent not in upper.replace('"', ""), statement
