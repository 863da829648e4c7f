"""Changed numbers: ids kept from before, what a code is for, ids let go of."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_person_ids",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_kept_person_ids_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_person_ids")),
    )
    with op.batch_alter_table("kept_person_ids", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_person_ids_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_person_ids_resident_id"), ["resident_id"], unique=False)

    purpose = sa.Enum(
        "sign_in",
        "change_number",
        name="codepurpose",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    with op.batch_alter_table("code_requests", schema=None) as batch_op:
        # Requests of the last day were all for signing in.
        batch_op.add_column(sa.Column("purpose", purpose, nullable=False, server_default="sign_in"))
    with op.batch_alter_table("code_requests", schema=None) as batch_op:
        batch_op.alter_column("purpose", existing_type=purpose, existing_nullable=False, server_default=None)

    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.drop_column("released_at")
    with op.batch_alter_table("code_requests", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_code_requests_codepurpose"), type_="check")
        batch_op.drop_column("purpose")
    with op.batch_alter_table("kept_person_ids", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_person_ids_resident_id"))
        batch_op.drop_index(batch_op.f("ix_kept_person_ids_person_id"))
    op.drop_table("kept_person_ids")
