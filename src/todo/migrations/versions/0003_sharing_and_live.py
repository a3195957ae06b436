"""Sharing, live connections, and what undo needs of the feed"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("changes") as batch_op:
        batch_op.add_column(sa.Column("step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("undoes", sa.Uuid(), nullable=True))
    with op.batch_alter_table("changed_items") as batch_op:
        batch_op.add_column(sa.Column("fields", sa.Text(), nullable=True))
    _sharing()
    _live()


def _sharing() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=6), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=True),
        sa.CheckConstraint("role IN ('editor', 'viewer')", name=op.f("ck_links_role")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_links_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    with op.batch_alter_table("links") as batch_op:
        batch_op.create_index(batch_op.f("ix_links_list_id"), ["list_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_links_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=6), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('owner', 'editor', 'viewer')", name=op.f("ck_invitations_role")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_invitations_list_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["accounts.id"], name=op.f("fk_invitations_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
    )
    with op.batch_alter_table("invitations") as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_list_id"), ["list_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_invited_by"), ["invited_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_expires_at"), ["expires_at"], unique=False)


def _live() -> None:
    op.create_table(
        "tickets",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tickets")),
    )
    with op.batch_alter_table("tickets") as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "connections",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        sa.Column("connected_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
    )
    with op.batch_alter_table("connections") as batch_op:
        batch_op.create_index(batch_op.f("ix_connections_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_connections_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("connection_id", sa.String(length=128), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_subscriptions_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "scope_id", name=op.f("pk_subscriptions")),
    )
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.create_index("ix_subscriptions_scope", ["scope_id"], unique=False)


def downgrade() -> None:
    for table in ("subscriptions", "connections", "tickets", "invitations", "links"):
        op.drop_table(table)
    with op.batch_alter_table("changed_items") as batch_op:
        batch_op.drop_column("fields")
    with op.batch_alter_table("changes") as batch_op:
        batch_op.drop_column("undoes")
        batch_op.drop_column("step")
