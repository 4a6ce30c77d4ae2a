"""A publication may correct one venue's figures: a table in; the same with one column more out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what stands there corrects nothing."""
    op.add_column("publications", sa.Column("corrects", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("publications", "corrects")
