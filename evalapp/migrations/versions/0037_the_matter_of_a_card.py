"""A notice is of a card, which names its matter: a case names none."""

import sqlalchemy as sa
from alembic import op

from evalapp.migrations.rewording import reword

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None
_KEY = "fk_cases_matter_id"


def upgrade() -> None:
    op.drop_index("ix_cases_matter_id", table_name="cases")
    reword("cases", checks={}, fewer=[_KEY])
    op.drop_column("cases", "matter_id")


def downgrade() -> None:
    op.add_column("cases", sa.Column("matter_id", sa.Uuid(), nullable=True))
    reword("cases", checks={}, more=[f"CONSTRAINT {_KEY} FOREIGN KEY(matter_id) REFERENCES matters (id)"])
    op.create_index("ix_cases_matter_id", "cases", ["matter_id"])
