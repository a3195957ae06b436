"""The lists of imports"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable, for the functions of the version before, which still write while this is deployed.
    op.add_column("imports", sa.Column("lists", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("imports", "lists")
