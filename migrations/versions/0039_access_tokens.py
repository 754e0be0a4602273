"""Programs of an organisation can use access tokens. Adds a table; existing data stay."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0039"
down_revision = "0038"
TABLE = "access_token"


def upgrade() -> None:
    """Adds the table of tokens, with their hashes."""
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("beginning", sa.String(12), nullable=False),
        sa.Column("scopes", database.Document, nullable=False),
        sa.Column("expires_at", database.UtcDateTime(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_token_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_access_token_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_access_token_digest")),
    )
    op.create_index(op.f("ix_access_token_account_id"), TABLE, ["account_id"])
    op.create_index(op.f("ix_access_token_organisation_id"), TABLE, ["organisation_id"])


def downgrade() -> None:
    """Removes it."""
    op.drop_table(TABLE)
