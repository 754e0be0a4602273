"""What happens at an organisation is sent to addresses of its own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "webhook",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("kinds", DOCUMENT, nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("paused_until", MOMENT),
        sa.Column("retracted_at", MOMENT),
        sa.Column("retracted_by", NUMBER),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", NUMBER),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_webhook_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("token", name=op.f("uq_webhook_token")),
    )
    op.create_index(op.f("ix_webhook_organisation_id"), "webhook", ["organisation_id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("webhook_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer()),
        sa.Column("problem", sa.String(20), nullable=False),
        sa.Column("delivered_at", MOMENT),
        sa.CheckConstraint(
            "delivered_at IS NULL OR answer BETWEEN 200 AND 299",
            name=op.f("ck_webhook_delivery_delivered_when_answered"),
        ),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_list", "webhook_delivery", ["webhook_id", "id"])
    op.create_index(op.f("ix_webhook_delivery_recorded_at"), "webhook_delivery", ["recorded_at"])
    op.create_table(
        "sent_status",
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("courses", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sent_status_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_sent_status")),
    )


def downgrade() -> None:
    """Takes them away again."""
    for table in ("sent_status", "webhook_delivery", "webhook"):
        op.drop_table(table)
