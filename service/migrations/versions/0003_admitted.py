"""Who invited somebody, and who admitted a coordinator: users in; the same with two columns more out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The trail says who invited whom; whoever it does not name was made by the operator.
INVITED = """
UPDATE users SET invited_by = (
    SELECT CAST(substr(audit.actor, 6) AS INTEGER) FROM audit
    WHERE audit.action = 'invite' AND audit.subject = 'user:' || users.id
)
"""


def upgrade() -> None:
    """Add the columns. Coordinators who were invited before wait to be admitted, as from now on."""
    op.add_column("users", sa.Column("invited_by", sa.Integer(), nullable=True))
    op.add_column("users", sa.Column("admitted_by", sa.String(), nullable=True))
    op.execute(INVITED)


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("users", "admitted_by")
    op.drop_column("users", "invited_by")
