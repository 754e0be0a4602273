"""PostgreSQL is told how many rows a person has: from a sample it guesses ten times too many in a large house.

It then goes through a whole table for a few hundred people instead of by their index. A negative n_distinct is the share of
rows with a person of their own, so it holds for every size.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

SHARES = {"post_interval": -0.06, "standing_interval": -0.05, "award": -0.15, "attempt": -0.1, "completion": -0.03}


def upgrade() -> None:
    """Tells it, and looks at the tables again so that it counts from now on."""
    if op.get_bind().dialect.name == "postgresql":
        for table, share in SHARES.items():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN person_id SET (n_distinct = {share})")
            op.execute(f"ANALYZE {table}")


def downgrade() -> None:
    """Lets it guess again."""
    if op.get_bind().dialect.name == "postgresql":
        for table in SHARES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN person_id RESET (n_distinct)")
