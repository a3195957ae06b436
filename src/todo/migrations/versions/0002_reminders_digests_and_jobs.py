"""Reminders, digests and jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# How housekeeping finds what is old.
_AGES = {
    "idempotency": "created_at",
    "lists": "deleted_at",
    "tokens": "expires_at",
    "tombstones": "deleted_at",
}


def upgrade() -> None:
    # What is there already gets a value, which is the model's own affair from then on: no default stays in the schema.
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default="en"))
        batch_op.add_column(sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("mail_stopped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_accounts_digest_at"), ["digest_at"], unique=False)
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.alter_column("language", server_default=None)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.add_column(sa.Column("reminders", sa.Text(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("reminders_for", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_tasks_purge", ["trashed", "deleted_at", "id"], unique=False)
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.alter_column("reminders", server_default=None)
    op.create_table(
        "reminders",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_reminders_task_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reminders_account_id")),
        sa.PrimaryKeyConstraint("task_id", "remind_at", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders") as batch_op:
        batch_op.create_index("ix_reminders_next", ["remind_at", "task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminders_account_id"), ["account_id"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs") as batch_op:
        batch_op.create_index("ix_jobs_next", ["state", "run_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_account_id"), ["account_id"], unique=False)
    for table, column in _AGES.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def downgrade() -> None:
    for table, column in _AGES.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_{column}"))
    op.drop_table("jobs")
    op.drop_table("reminders")
    with op.batch_alter_table("tasks") as batch_op:
        batch_op.drop_index("ix_tasks_purge")
        batch_op.drop_column("reminders_for")
        batch_op.drop_column("reminders")
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_digest_at"))
        batch_op.drop_column("mail_stopped_at")
        batch_op.drop_column("digest_at")
        batch_op.drop_column("language")
