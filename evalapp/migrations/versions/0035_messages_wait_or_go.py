"""A message that the gateway did not take waits again, unless another of its case does."""

from alembic import op

from evalapp.migrations.rewording import reword

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
_STATE = "ck_case_messages_messagestate"
_BEFORE = "state IN ('waiting', 'ready', 'sending', 'sent', 'dropped')"
_NOW = "state IN ('waiting', 'sending', 'sent', 'dropped')"


def upgrade() -> None:
    op.execute(
        "UPDATE case_messages SET state = 'dropped', ended_on = CURRENT_DATE WHERE state = 'ready' AND EXISTS ("
        "SELECT 1 FROM case_messages AS other WHERE other.case_id = case_messages.case_id AND "
        "(other.state = 'waiting' OR (other.state = 'ready' AND other.id > case_messages.id)))"
    )
    op.execute("UPDATE case_messages SET state = 'waiting' WHERE state = 'ready'")
    reword("case_messages", checks={_STATE: _NOW})


def downgrade() -> None:
    reword("case_messages", checks={_STATE: _BEFORE})
