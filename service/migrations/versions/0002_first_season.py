"""A network declares its first season: what a release looks back to must not hang on what was delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A network that is there already began, as far as anyone can see, with its earliest performance."""
    op.add_column("organisations", sa.Column("first_season", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE organisations SET first_season = (SELECT min(season) FROM performance_versions) "
        "WHERE is_network"
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("organisations", "first_season")
