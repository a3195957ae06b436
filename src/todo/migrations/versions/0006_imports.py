"""Imports"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_STATES = "'uploading', 'waiting', 'checking', 'checked', 'running', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("format", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("phase", sa.String(length=7), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("records_done", sa.BigInteger(), nullable=False),
        sa.Column("created_tasks", sa.BigInteger(), nullable=False),
        sa.Column("unchanged_tasks", sa.BigInteger(), nullable=False),
        sa.Column("late_parents", sa.BigInteger(), nullable=False),
        sa.Column("problem_count", sa.BigInteger(), nullable=False),
        sa.Column("error_count", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("preview", sa.Text(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_imports_state")),
        sa.CheckConstraint("phase IN ('check', 'tasks', 'parents')", name=op.f("ck_imports_phase")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_imports_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports") as batch_op:
        batch_op.create_index("ix_imports_account", ["account_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_imports_operation", ["operation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_finished_at"), ["finished_at"], unique=False)
    op.create_table(
        "import_problems",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_row", sa.BigInteger(), nullable=False),
        sa.Column("file_column", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("level", sa.String(length=5), nullable=False),
        sa.Column("item", sa.String(length=500), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("level IN ('error', 'loss')", name=op.f("ck_import_problems_level")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_problems_import_id")),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_problems")),
    )


def downgrade() -> None:
    op.drop_table("import_problems")
    op.drop_table("imports")
