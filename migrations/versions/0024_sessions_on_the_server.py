"""Sessions are rows, so that signing out ends them; whoever is signed in during the upgrade signs in again."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "signed_in_session"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        TABLE,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signed_in_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_in_session")),
        sa.UniqueConstraint("token", name=op.f("uq_signed_in_session_token")),
    )
    for column in ("account_id", "signed_in_at"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])


def downgrade() -> None:
    """Takes them away again: whoever is signed in signs in again."""
    op.drop_table(TABLE)
