"""Quiet subscriptions"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable, for the functions of the version before, which still write while this is deployed.
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.add_column(sa.Column("quiet", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.drop_column("quiet")
