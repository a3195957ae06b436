"""The role that the service logs in as on RDS: it reads and writes every row, and changes nothing else."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from postgresql import ask, new_database
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL, Engine, make_url

from todo.database import build_database
from todo.migrations import run
from todo.migrations.failures import DatabaseAhead, MigrationFailed
from todo.migrations.run import migrate
from todo.models import Base

SETTINGS = "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole WHERE rolname = %s"
TIME_OUTS = {
    "statement_timeout=15s",
    "lock_timeout=5s",
    "idle_in_transaction_session_timeout=30s",
    "client_connection_check_interval=1s",
}


@dataclass
class Cluster:
    """A database as RDS makes it: its owner is no superuser, and there is a role `rds_iam`, which it may grant."""

    url: URL
    engine: Engine

    @property
    def service(self) -> str:
        """A name for the service's role that no other test uses."""
        return f"service_{self.url.database}"

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement as the superuser that nobody is on RDS."""
        return ask(self.url, statement, *values)


@pytest.fixture
def cluster(postgresql_server: str) -> Iterator[Cluster]:
    url = new_database(postgresql_server)
    owner = f"owner_{url.database}"
    ask(url, "CREATE ROLE rds_iam")
    ask(url, f"CREATE ROLE {owner} LOGIN CREATEROLE NOSUPERUSER")
    ask(url, f"GRANT rds_iam TO {owner} WITH ADMIN OPTION")
    ask(url, f"ALTER DATABASE {url.database} OWNER TO {owner}")
    database = build_database(url.set(username=owner), "invocation")
    yield Cluster(url, database.engine)
    database.close()
    ask(url, "DROP ROLE rds_iam")


def as_service(cluster: Cluster, statement: str, name: str | None = None) -> list[tuple[object, ...]]:
    return ask(cluster.url.set(username=name or cluster.service), statement)


def columns(table: str) -> tuple[str, str]:
    """The columns of a table, and a row of values that it takes as far as privileges go."""
    names = [column.name for column in Base.metadata.tables[table].columns]
    return ", ".join(f'"{name}"' for name in names), ", ".join("NULL" for _ in names)


def test_the_service_reads_and_writes_every_table(cluster: Cluster) -> None:
    migrate(cluster.engine, cluster.service)
    for table in Base.metadata.tables:
        names, nothing = columns(table)
        first = names.partition(",")[0]
        for statement in (
            f"SELECT * FROM {table}",  # noqa: S608 - the names are the models' own
            f"INSERT INTO {table} ({names}) SELECT {nothing} WHERE false",
            f"UPDATE {table} SET {first} = {first}",  # noqa: S608 - the names are the models' own
            f"DELETE FROM {table}",  # noqa: S608 - the names are the models' own
            f"SELECT * FROM {table} FOR UPDATE",  # noqa: S608 - the names are the models' own
        ):
            as_service(cluster, statement)
    assert len(as_service(cluster, "SELECT version_num FROM alembic_version")) == 1
    # And for real: a row in, and out.
    as_service(cluster, "INSERT INTO invites VALUES ('x', now(), now(), NULL)")
    assert as_service(cluster, "DELETE FROM invites RETURNING used_at") == [(None,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE INDEX mine ON tasks (title)",
        "ALTER TABLE tasks ADD COLUMN mine int",
        "ALTER TABLE tasks OWNER TO CURRENT_USER",
        "DROP TABLE task_labels",
        "TRUNCATE task_labels",
        "DROP INDEX ix_tasks_purge",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('0001')",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CREATEROLE",
    ],
)
def test_the_service_changes_nothing_but_rows(cluster: Cluster, statement: str) -> None:
    migrate(cluster.engine, cluster.service)
    with pytest.raises(InsufficientPrivilege):
        as_service(cluster, statement)


def test_the_role_logs_in_without_a_password_by_iam_alone_and_has_the_time_outs(cluster: Cluster) -> None:
    migrate(cluster.engine, cluster.service)
    role = "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolpassword FROM pg_authid WHERE rolname = %s"
    assert cluster.ask(role, cluster.service) == [(True, False, False, False, None)]
    assert cluster.ask("SELECT pg_has_role(%s, 'rds_iam', 'MEMBER')", cluster.service) == [(True,)]
    assert {str(row[0]) for row in cluster.ask(SETTINGS, cluster.service)} == TIME_OUTS
    assert as_service(cluster, "SHOW statement_timeout") == [("15s",)]


def test_a_second_migration_changes_nothing_and_leaves_what_somebody_set(cluster: Cluster) -> None:
    migrate(cluster.engine, cluster.service)
    cluster.ask(f"ALTER ROLE {cluster.service} SET lock_timeout = '1s'")
    state = (
        "SELECT (SELECT array_agg(relacl::text ORDER BY relname) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace),"
        " (SELECT array_agg(defaclacl::text) FROM pg_default_acl),"
        " (SELECT datacl::text FROM pg_database WHERE datname = current_database()),"
        " (SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole)"
    )
    before = cluster.ask(state, cluster.service), cluster.ask(SETTINGS, cluster.service)
    migrate(cluster.engine, cluster.service)
    assert (cluster.ask(state, cluster.service), cluster.ask(SETTINGS, cluster.service)) == before
    assert ("lock_timeout=1s",) in before[1]


def test_a_table_of_a_later_migration_is_the_services_too(cluster: Cluster) -> None:
    migrate(cluster.engine, cluster.service)
    with cluster.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE later (id int)")
    as_service(cluster, "INSERT INTO later VALUES (1)")
    assert as_service(cluster, "SELECT * FROM later") == [(1,)]


def test_a_name_is_only_a_name(cluster: Cluster) -> None:
    name = f'we"ird %s :x; DROP TABLE tasks -- {cluster.url.database}'[:60]
    migrate(cluster.engine, name)
    migrate(cluster.engine, name)
    with psycopg.connect(
        host=cluster.url.query["host"],  # type: ignore[arg-type]  # one
        dbname=cluster.url.database,
        user=name,
    ) as connection:
        assert connection.execute("SELECT current_user, count(*) FROM tasks").fetchone() == (name, 0)


def test_a_server_that_is_no_rds_is_told_and_nothing_is_left(postgresql_server: str) -> None:
    url = new_database(postgresql_server)
    database = build_database(url, "invocation")
    with pytest.raises(MigrationFailed, match=r"no RDS.*TODO_DATABASE_SERVICE_USER"):
        migrate(database.engine, "service")
    database.close()
    assert ask(url, "SELECT 1 FROM pg_roles WHERE rolname = 'service'") == []
    assert ask(url, "SELECT 1 FROM pg_class WHERE relname = 'tasks'") == []


def test_the_role_that_migrates_is_not_locked_out_of_its_password(cluster: Cluster) -> None:
    owner = f"owner_{cluster.url.database}"
    with pytest.raises(MigrationFailed, match="another name"):
        migrate(cluster.engine, owner)


def test_a_migration_that_fails_half_way_leaves_no_role(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "migrations"
    shutil.copytree(run._HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "versions" / "0002_reminders_digests_and_jobs.py").open("a") as file:
        file.write("\n\nhalf = upgrade\n\n\ndef upgrade() -> None:\n    half()\n    1 / 0\n")
    monkeypatch.setattr(run, "_HERE", copy)
    with pytest.raises(ZeroDivisionError):
        migrate(cluster.engine, cluster.service)
    monkeypatch.undo()
    # And where all of it is done but the last grant.
    monkeypatch.setattr("todo.migrations.roles._WRITES", "SELECT, FLY")
    with pytest.raises(Exception, match=r"FLY|fly"):
        migrate(cluster.engine, cluster.service)
    assert cluster.ask("SELECT 1 FROM pg_roles WHERE rolname = %s", cluster.service) == []
    assert cluster.ask("SELECT 1 FROM pg_class WHERE relname = 'alembic_version'") == []


def test_a_database_that_is_ahead_is_left_alone(cluster: Cluster) -> None:
    migrate(cluster.engine)
    with cluster.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(DatabaseAhead, match=r"0099.*newer version"):
        migrate(cluster.engine, cluster.service)
    assert cluster.ask("SELECT 1 FROM pg_roles WHERE rolname = %s", cluster.service) == []


def test_where_the_time_outs_cannot_be_set_the_role_is_there_all_the_same(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A parameter that only a superuser may set: the refusal is PostgreSQL's own.
    monkeypatch.setattr("todo.migrations.roles._TIME_OUTS", {"log_statement": "all"})
    with caplog.at_level(logging.WARNING, "todo"):
        migrate(cluster.engine, cluster.service)
    assert caplog.text.count("permission denied") == 2
    assert as_service(cluster, "SELECT count(*) FROM tasks") == [(0,)]


def test_sqlite_knows_no_roles(tmp_path: Path) -> None:
    database = build_database(make_url(f"sqlite:///{tmp_path}/todo.db"), "server")
    with pytest.raises(MigrationFailed, match="TODO_DATABASE_SERVICE_USER"):
        migrate(database.engine, "service")
    database.close()
