"""What was attached to feedback can be taken away by a later row."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.alter_column("sha256", existing_type=TEXT, nullable=True)
        batch_op.add_column(sa.Column("supersedes_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("attachment_supersedes_id_fkey", "attachment", ["supersedes_id"], ["id"])


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE sha256 IS NULL")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_constraint("attachment_supersedes_id_fkey", type_="foreignkey")
        batch_op.drop_column("supersedes_id")
        batch_op.alter_column("sha256", existing_type=TEXT, nullable=False)
