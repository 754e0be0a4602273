"""Signing in may take a second step: an app's codes, passkeys, recovery codes.

Who has a role now has it, for the days until a second step is required, since the day of this migration. Other data
stay.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0046"
down_revision = "0045"
TABLE, HANDLE_INDEX = "passkey", "ix_account_fs_webauthn_user_handle"
COLUMNS: dict[str, sa.types.TypeEngine] = {
    "roles_since": database.UtcDateTime(),
    "tf_primary_method": sa.String(20),
    "tf_totp_secret": sa.String(500),
    "tf_last_step": sa.BigInteger(),
    "mf_recovery_codes": sa.JSON(),
    "fs_webauthn_user_handle": sa.String(64),
}


def upgrade() -> None:
    """Adds columns to the accounts, and a table."""
    for name, kind in COLUMNS.items():
        op.add_column("account", sa.Column(name, kind, nullable=True))
    op.create_index(HANDLE_INDEX, "account", ["fs_webauthn_user_handle"], unique=True)
    account = sa.table("account", sa.column("id"), sa.column("roles_since", database.UtcDateTime()))
    grant = sa.table("role_grant", sa.column("account_id"), sa.column("retracted_at"))
    holders = sa.select(grant.c.account_id).where(grant.c.retracted_at.is_(None))
    # Everybody in a demonstration is invented, and a page shows their password.
    real = ~sa.exists(sa.select(sa.literal_column("1")).select_from(sa.table("demonstration")))
    op.execute(sa.update(account).where(account.c.id.in_(holders), real).values(roles_since=datetime.now(UTC)))
    op.create_table(
        TABLE,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(64), nullable=False),
        sa.Column("create_datetime", database.UtcDateTime(), nullable=False),
        sa.Column("lastuse_datetime", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), TABLE, ["account_id"])


def downgrade() -> None:
    """Removes them: everybody signs in with their password alone."""
    op.drop_table(TABLE)
    op.drop_index(HANDLE_INDEX, "account")
    for name in COLUMNS:
        op.drop_column("account", name)
