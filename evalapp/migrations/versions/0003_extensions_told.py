"""Extensions told: a consent of its own, what a notice was agreed for, why an episode got more time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BEFORE = "purpose IN ('sign_in', 'reply_notices')"
_NOW = "purpose IN ('sign_in', 'reply_notices', 'extension_notices')"


def upgrade() -> None:
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_consents_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_consents_purpose"), sa.text(_NOW))

    purpose = sa.Enum(
        "sign_in",
        "reply_notices",
        "extension_notices",
        name="purpose",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        # Every notice so far was about a reply.
        batch_op.add_column(sa.Column("purpose", purpose, nullable=False, server_default="reply_notices"))
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=purpose, existing_nullable=False, server_default=None)

    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("extension_reason", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM consents WHERE purpose = 'extension_notices'")
    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.drop_column("extension_reason")
        batch_op.drop_column("extended_at")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_purpose"), type_="check")
        batch_op.drop_column("purpose")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_consents_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_consents_purpose"), sa.text(_BEFORE))
