"""Run by Alembic: it is handed an open connection by `todo.migrations.run` and never finds the database by itself."""

from alembic import context

from todo.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,  # on SQLite, too: `run` begins the transaction, and what fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
