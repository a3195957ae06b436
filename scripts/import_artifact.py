"""Inside a function's container: import what the function is made of, and look at the bytecode it came with.

Entrances and migrations are left out: the first act when they are imported, the second run under Alembic. So is what
needs boto3, which Lambda's runtime has and the container here may not.
"""

import importlib
import pkgutil
import sys
from importlib.util import cache_from_source
from pathlib import Path

import todo
import tornado_lambda

for absent in ("boto3", "botocore"):
    sys.modules[absent] = None  # type: ignore[assignment]  # the runtime has them, and nothing may depend on it

with_boto3 = (
    "todo.delivery.alarm_schedule",
    "todo.delivery.ses",
    "todo.delivery.sockets",
    "todo.delivery.visibility",
    "todo.files.objects",
)
ours = [
    module.name
    for package in (todo, tornado_lambda)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not module.name.startswith(("todo.entrypoints.", "todo.migrations.", *with_boto3))
]
theirs = (
    "alembic.command",
    "argon2",
    "aws_lambda_powertools.utilities.batch",
    "mako.template",
    "psycopg",
    "psycopg_binary",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tornado.httpserver",
    "tornado.websocket",
)
for name in (*ours, *theirs):
    importlib.import_module(name)

# Pruning took away what argon2 was built with.
hasher = sys.modules["argon2"].PasswordHasher()
if not hasher.verify(hasher.hash("secret"), "secret"):
    sys.exit("argon2 does not know its own hash")

files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
shipped = [file for file in files if file.startswith("/var/task/") and file.endswith(".py")]
bare = [file for file in shipped if not Path(cache_from_source(file)).exists()]
print(f"{len(ours)} modules of ours import; {len(bare)} of {len(shipped)} files come without bytecode")
if bare and sys.argv[1] == "compiled":
    sys.exit("\n".join(bare))
