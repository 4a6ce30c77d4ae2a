"""Peer groups may carry a French and a German name: a table in; the same with two columns more out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; where a name is lacking the English one is shown, as before."""
    op.add_column("peer_groups", sa.Column("name_fr", sa.String(), nullable=True))
    op.add_column("peer_groups", sa.Column("name_de", sa.String(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("peer_groups", "name_de")
    op.drop_column("peer_groups", "name_fr")
