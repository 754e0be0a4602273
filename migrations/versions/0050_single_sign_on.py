"""People sign in through the directory of their organisation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0049"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
UNLESS_RETRACTED = {
    "sqlite_where": sa.text("retracted_at IS NULL"),
    "postgresql_where": sa.text("retracted_at IS NULL"),
}
SESSION, LINK_INDEX = "signed_in_session", "ix_signed_in_session_link_id"
COLUMNS = ("second_step", "sign_out_address", "provider_session", "link_id")


def upgrade() -> None:
    """Adds two tables, and to each session where it came from."""
    op.create_table(
        "sign_in_provider",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("client_secret", sa.String(1000), nullable=False),
        sa.Column("match_by", sa.String(20), nullable=False),
        sa.Column("staff_number_claim", sa.String(60), nullable=False),
        sa.Column("email_domains", DOCUMENT, nullable=False),
        sa.Column("makes_people", sa.Boolean(), nullable=False),
        sa.Column("is_second_step", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("retracted_at", MOMENT),
        sa.Column("retracted_by", NUMBER),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.CheckConstraint("match_by IN ('email', 'staff_number')", name=op.f("ck_sign_in_provider_match_known")),
        sa.CheckConstraint(
            "match_by <> 'staff_number' OR staff_number_claim <> ''", name=op.f("ck_sign_in_provider_match_has_claim")
        ),
        sa.CheckConstraint(
            "NOT makes_people OR staff_number_claim <> ''", name=op.f("ck_sign_in_provider_new_people_have_number")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sign_in_provider_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_provider")),
    )
    op.create_index(op.f("ix_sign_in_provider_organisation_id"), "sign_in_provider", ["organisation_id"])
    op.create_index("uq_sign_in_provider_slug_unique", "sign_in_provider", ["slug"], unique=True, **UNLESS_RETRACTED)
    op.create_table(
        "sign_in_link",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255)),
        sa.Column("expires_at", MOMENT),
        sa.Column("used_at", MOMENT),
        sa.Column("retracted_at", MOMENT),
        sa.Column("retracted_by", NUMBER),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.CheckConstraint(
            "subject IS NOT NULL OR expires_at IS NOT NULL", name=op.f("ck_sign_in_link_linked_or_allowed")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_link_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sign_in_link_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_account_id"), "sign_in_link", ["account_id"])
    op.create_index(
        "uq_sign_in_link_subject_unique", "sign_in_link", ["organisation_id", "issuer", "subject"], unique=True,
        **UNLESS_RETRACTED,
    )  # fmt: skip
    with op.batch_alter_table(SESSION) as batch:
        batch.add_column(sa.Column("link_id", NUMBER))
        batch.add_column(sa.Column("provider_session", sa.String(255)))
        batch.add_column(sa.Column("sign_out_address", sa.Text()))
        batch.add_column(sa.Column("second_step", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(op.f("fk_signed_in_session_link_id"), "sign_in_link", ["link_id"], ["id"])
    op.create_index(LINK_INDEX, SESSION, ["link_id"])


def downgrade() -> None:
    """Takes them away again: everybody signs in with their password."""
    op.drop_index(LINK_INDEX, SESSION)
    with op.batch_alter_table(SESSION) as batch:
        batch.drop_constraint(op.f("fk_signed_in_session_link_id"), type_="foreignkey")
        for name in COLUMNS:
            batch.drop_column(name)
    op.drop_table("sign_in_link")
    op.drop_table("sign_in_provider")
