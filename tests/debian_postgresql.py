"""PostgreSQL of Debian's packages, with TLS, which the embedded one lacks: encrypted connections alone, with a log-in.

`debian_server` skips the test where it is not installed.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from postgresql import TcpServer
from psycopg import sql
from sqlalchemy import URL

_SETTINGS = (
    "-c ssl=on -c ssl_cert_file={0}/server.pem -c ssl_key_file={0}/server.key -c password_encryption=scram-sha-256"
)
_ACCESS = "hostssl all all 127.0.0.0/8 scram-sha-256\n"


def programs() -> Path | None:
    """The folder of the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class DebianServer(TcpServer):
    """A server that clients can verify: its certificate is for `localhost` and 127.0.0.1, by its own authority."""

    def __init__(self, folder: Path, where: Path) -> None:
        super().__init__(folder, "scram-sha-256", where)
        self.authority = folder / "authority.pem"
        self._certify(folder)
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    @property
    def url(self) -> URL:
        """As whom to log in, and where, and whom to trust."""
        verified = {"sslmode": "verify-full", "sslrootcert": str(self.authority)}
        return super().url.set(host="localhost", query=verified)

    def start(self, options: str = "", address: str = "127.0.0.1") -> None:
        """Start, and wait until it takes connections."""
        super().start(f"{_SETTINGS.format(self._data)} {options}", address)

    def set_password(self, role: str, password: str) -> None:
        """Change how a role logs in; connections that are open stay."""
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password))
        if role == "postgres":
            self._password = password

    _password = "pass/word"

    @property
    def _admin(self) -> str:
        return self.url.set(password=self._password).render_as_string(hide_password=False)

    def _certify(self, folder: Path) -> None:
        key, request, certificate = (self._data / name for name in ("server.key", "server.csr", "server.pem"))
        names = folder / "names"
        names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        _openssl(f"req -x509 {curve} -days 30 -subj /CN=authority -keyout {folder}/authority.key -out {self.authority}")
        _openssl(f"req {curve} -subj /CN=localhost -keyout {key} -out {request}")
        by = f"-CA {self.authority} -CAkey {folder}/authority.key -CAcreateserial"
        _openssl(f"x509 -req -in {request} {by} -days 30 -extfile {names} -out {certificate}")
        key.chmod(0o600)
        self.authority.chmod(0o644)
        if self._user:
            shutil.chown(key, self._user)
            shutil.chown(certificate, self._user)
        folder.chmod(0o755)


@contextmanager
def debian_server(options: str = "") -> Iterator[DebianServer]:
    """A server with an empty database, started with `options`."""
    where = programs()
    if where is None:
        pytest.skip("needs PostgreSQL with TLS; on Debian and Ubuntu: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        server = DebianServer(folder, where)
        try:
            server.start(options)
            yield server
            server.require_no_pins()
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _openssl(arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True, timeout=20)  # noqa: S607 - as found
