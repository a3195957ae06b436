"""What `sam build` left in an artifact that nothing which runs in a function opens, and how it is taken out.

Each pattern stands below its reason. scripts/import_artifact.py, which `make sam-local` runs in a container, imports
everything of ours from what is left; scripts/artifact.py refuses an artifact whose own code imports what is gone.

What looks as if it could go and cannot: every library beside psycopg is linked to another (libpq wants Kerberos and
LDAP, LDAP wants SASL); Alembic imports its autogeneration, Mako and the compilers of all databases; SQLAlchemy imports
every driver of the two databases that are used; Lambda's Python has no time zones but tzdata's.
"""

import shutil
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

UNNEEDED: Mapping[str, Sequence[str]] = {
    "what builders and installers leave": (".lock", "bin", "*.egg-info", "**/__pycache__"),
    # METADATA and entry_points.txt are read at run time; licences have to ship.
    "what an installer noted for itself": (
        *(f"*.dist-info/{name}" for name in ("INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "sboms")),
        "*.dist-info/top_level.txt",
        "*.dist-info/uv_cache.json",
    ),
    "sources and stubs of what is compiled": (
        *(f"**/*{suffix}" for suffix in (".pyi", ".pyx", ".pxd", ".c", ".h")),
        "**/py.typed",
    ),
    "what argon2 was built with": ("cffi", "cffi-*.dist-info", "pycparser", "pycparser-*.dist-info"),
    "other people's tests, and tools for tests": (
        "alembic/testing",
        "icalendar/tests",
        "mako/testing",
        "sqlalchemy/testing",
        "tornado/test",
        "tornado/testing.py",
    ),
    "databases that are not ours; SQLAlchemy looks for one when an address names it": (
        *(f"sqlalchemy/dialects/{name}" for name in ("mssql", "mysql", "oracle")),
        "sqlalchemy/connectors/aioodbc.py",
        "sqlalchemy/connectors/pyodbc.py",
    ),
    "SQLAlchemy for asyncio, and its plugins for models of other kinds": (
        *(f"sqlalchemy/ext/{name}" for name in ("asyncio", "declarative")),
        *(f"sqlalchemy/ext/{name}.py" for name in ("automap", "horizontal_shard")),
    ),
    "what `alembic init` and `alembic revision` copy": ("alembic/templates",),
    "Powertools' own HTTP router and the explorer of its API": ("aws_lambda_powertools/event_handler",),
    "Powertools' utilities that nothing of ours, nor what we import, imports": (
        *(
            f"aws_lambda_powertools/utilities/{name}"
            for name in (
                *("auth_alpha", "circuit_breaker", "data_masking", "feature_flags", "idempotency", "kafka"),
                *("metadata", "parameters", "parser", "serialization.py", "streaming", "validation"),
            )
        ),
        "aws_lambda_powertools/logging/formatters",
        "aws_lambda_powertools/metrics/provider/datadog",
    ),
    "Tornado's clients of other services": ("tornado/auth.py", "tornado/curl_httpclient.py"),
}

_ELF = b"\x7fELF\x02\x01"  # 64 bits, little endian: both of Lambda's processors


def prune(artifact: Path) -> None:
    """Take out of `artifact` what is not needed, and out of its libraries what only a debugger reads."""
    for patterns in UNNEEDED.values():
        for pattern in patterns:
            for path in list(artifact.glob(pattern)):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
    for path in artifact.rglob("*.so*"):
        strip(path)


def strip(library: Path) -> None:
    """Cut off what stands behind the last segment of `library`: symbols and line numbers, 11 MB of SQLAlchemy's.

    The dynamic loader reads segments only, and not a byte of them changes. GNU's `strip` does the same and knows but
    the processor that it runs on.
    """
    content = library.read_bytes()
    if not content.startswith(_ELF):
        return
    end = loaded(content)
    header = bytearray(content[:64])
    struct.pack_into("<Q", header, 40, 0)  # where the sections are described: nowhere
    struct.pack_into("<HH", header, 60, 0, 0)  # how many there are, and which holds their names
    stripped = library.with_name(library.name + ".stripped")
    stripped.write_bytes(bytes(header) + content[64:end])
    shutil.copymode(library, stripped)
    stripped.replace(library)  # never in place: an installer may have linked the file to its cache


def loaded(content: bytes) -> int:
    """Where the last segment of an ELF file ends."""
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    end = table + size * count
    for number in range(count):
        offset, _address, _physical, length = struct.unpack_from("<QQQQ", content, table + number * size + 8)
        end = max(end, offset + length)
    return end
