"""People of an organisation may ask to join by themselves. Adds two tables; registration is open nowhere."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0052"
down_revision = "0051"
OPENING, REQUEST = "registration_opening", "registration_request"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        OPENING,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("domains", database.Document, nullable=False),
        sa.Column("stations", database.Document, nullable=False),
        sa.Column("sectors", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{OPENING}_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{OPENING}")),
        sa.UniqueConstraint("organisation_id", name=op.f(f"uq_{OPENING}_organisation_id")),
    )
    op.create_table(
        REQUEST,
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("staff_number", sa.String(40), nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(40), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("proved_at", database.UtcDateTime(), nullable=True),
        sa.Column("expires_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{REQUEST}_organisation_id")),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"], name=op.f(f"fk_{REQUEST}_station_id")),
        sa.ForeignKeyConstraint(["sector"], ["sector.slug"], name=op.f(f"fk_{REQUEST}_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{REQUEST}")),
        sa.UniqueConstraint("organisation_id", "email", name=op.f(f"uq_{REQUEST}_organisation_id_email")),
    )
    op.create_index(op.f(f"ix_{REQUEST}_expires_at"), REQUEST, ["expires_at"])


def downgrade() -> None:
    """Removes them, with the requests that wait."""
    op.drop_table(REQUEST)
    op.drop_table(OPENING)
