"""Cases with their events, steps and cards; keys, batches and feeds of the intake; applicants in the vault."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
_REFUSAL = "events of a case are only ever added"
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER case_events_{name} BEFORE {act} ON case_events "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for name, act in (("unchanged", "UPDATE"), ("undeleted", "DELETE"))
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_case_events() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        ),
        (
            "CREATE TRIGGER case_events_unchanged BEFORE UPDATE OR DELETE ON case_events "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_case_events()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "approval_counters",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_approval_counters")),
    )
    op.create_table(
        "approval_profiles",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_profiles")),
        sa.UniqueConstraint("number", name=op.f("uq_approval_profiles_number")),
    )
    op.create_table(
        "intake_refusals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "unit", "reason", name=op.f("pk_intake_refusals")),
    )
    op.create_table(
        "intake_signatures",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_intake_signatures")),
    )
    with op.batch_alter_table("intake_signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_signatures_at"), ["at"], unique=False)

    op.create_table(
        "vault_applicants",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_applicants")),
    )
    with op.batch_alter_table("vault_applicants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_applicants_kept_at"), ["kept_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_applicants_person_id"), ["person_id"], unique=False)

    op.create_table(
        "intake_batches",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_intake_batches_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_batches")),
        sa.UniqueConstraint("unit_id", "batch", name=op.f("uq_intake_batches_unit_id_batch")),
    )
    op.create_table(
        "intake_feeds",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_intake_feeds_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_intake_feeds")),
    )
    op.create_table(
        "intake_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_by <> ''", name=op.f("ck_intake_keys_revoked_by_somebody")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_intake_keys_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_keys")),
        sa.UniqueConstraint("name", name=op.f("uq_intake_keys_name")),
    )
    with op.batch_alter_table("intake_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_keys_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "case_bases",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["service_items.id"], name=op.f("fk_case_bases_item_id")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["approval_profiles.id"], name=op.f("fk_case_bases_profile_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bases")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_case_bases_fingerprint")),
    )
    with op.batch_alter_table("case_bases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_bases_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_bases_profile_id"), ["profile_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("basis_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("applicant_shown", sa.String(), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("first_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("misfits", sa.Integer(), nullable=False),
        sa.Column("late_events", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unclear",
                "submitted",
                "awaiting_papers",
                "accepted",
                "paused",
                "decided",
                "delivered",
                "refused",
                "withdrawn",
                name="casestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        sa.Column("is_plain", sa.Boolean(), nullable=False),
        sa.Column(
            "clock",
            sa.Enum(
                "acceptance",
                "promise",
                "statutory",
                "step",
                "delivery",
                "no_reasons",
                "fee",
                "papers_twice",
                "offline",
                "complaint",
                name="trigger",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("yellow_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("red_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("step_post", sa.String(), nullable=False),
        sa.Column("step_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (state NOT IN ('delivered', 'refused', 'withdrawn'))",
            name=op.f("ck_cases_closed_with_its_moment"),
        ),
        sa.CheckConstraint("number <> ''", name=op.f("ck_cases_numbered")),
        sa.CheckConstraint("events > 0", name=op.f("ck_cases_begun_by_an_event")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["vault_applicants.id"], name=op.f("fk_cases_applicant_id")
        ),
        sa.ForeignKeyConstraint(["basis_id"], ["case_bases.id"], name=op.f("fk_cases_basis_id")),
        sa.ForeignKeyConstraint(["item_id"], ["service_items.id"], name=op.f("fk_cases_item_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_cases_matter_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_cases_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_cases_unit_id_number")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_applicant_id"), ["applicant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_basis_id"), ["basis_id"], unique=False)
        batch_op.create_index("ix_cases_began_at", ["began_at", "id"], unique=False)
        batch_op.create_index(
            "ix_cases_due_at_open",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index("ix_cases_item_id_decided_at", ["item_id", "decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_next_act_at"), ["next_act_at"], unique=False)
        batch_op.create_index("ix_cases_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_cases_unit_id_decided_at", ["unit_id", "decided_at"], unique=False)
        batch_op.create_index(
            "ix_cases_unit_id_open",
            ["unit_id", "red_at", "yellow_at", "state"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "case_cards",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "trigger",
            sa.Enum(
                "acceptance",
                "promise",
                "statutory",
                "step",
                "delivery",
                "no_reasons",
                "fee",
                "papers_twice",
                "offline",
                "complaint",
                name="trigger",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column(
            "colour",
            sa.Enum("yellow", "red", name="colour", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_reason = '')", name=op.f("ck_case_cards_lifted_with_a_reason")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_case_cards_points_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_cards_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_cards_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_cards")),
        sa.UniqueConstraint(
            "case_id", "trigger", "part", "colour", name=op.f("uq_case_cards_case_id_trigger_part_colour")
        ),
    )
    with op.batch_alter_table("case_cards", schema=None) as batch_op:
        batch_op.create_index("ix_case_cards_at", ["at", "id"], unique=False)
        batch_op.create_index("ix_case_cards_unit_id_at", ["unit_id", "at", "id"], unique=False)

    op.create_table(
        "case_events",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("desk", "feed", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "submitted",
                "papers_asked",
                "supplied",
                "accepted",
                "refused",
                "step_begun",
                "step_ended",
                "paused",
                "resumed",
                "extended",
                "charged",
                "decided",
                "delivered",
                "withdrawn",
                "complained",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["intake_batches.id"], name=op.f("fk_case_events_batch_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_events_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sa.UniqueConstraint("unit_id", "source_id", name=op.f("uq_case_events_unit_id_source_id")),
    )
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_events_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_events_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_steps",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_steps_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_case_steps")),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("case_steps")
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_events_case_id"))
        batch_op.drop_index(batch_op.f("ix_case_events_batch_id"))

    op.drop_table("case_events")
    with op.batch_alter_table("case_cards", schema=None) as batch_op:
        batch_op.drop_index("ix_case_cards_unit_id_at")
        batch_op.drop_index("ix_case_cards_at")

    op.drop_table("case_cards")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_cases_unit_id_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_cases_unit_id_decided_at")
        batch_op.drop_index("ix_cases_person_id")
        batch_op.drop_index(batch_op.f("ix_cases_next_act_at"))
        batch_op.drop_index(batch_op.f("ix_cases_matter_id"))
        batch_op.drop_index("ix_cases_item_id_decided_at")
        batch_op.drop_index(
            "ix_cases_due_at_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_cases_began_at")
        batch_op.drop_index(batch_op.f("ix_cases_basis_id"))
        batch_op.drop_index(batch_op.f("ix_cases_applicant_id"))

    op.drop_table("cases")
    with op.batch_alter_table("case_bases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_bases_profile_id"))
        batch_op.drop_index(batch_op.f("ix_case_bases_item_id"))

    op.drop_table("case_bases")
    with op.batch_alter_table("intake_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_keys_unit_id"))

    op.drop_table("intake_keys")
    op.drop_table("intake_feeds")
    op.drop_table("intake_batches")
    with op.batch_alter_table("vault_applicants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_applicants_person_id"))
        batch_op.drop_index(batch_op.f("ix_vault_applicants_kept_at"))

    op.drop_table("vault_applicants")
    with op.batch_alter_table("intake_signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_signatures_at"))

    op.drop_table("intake_signatures")
    op.drop_table("intake_refusals")
    op.drop_table("approval_profiles")
    op.drop_table("approval_counters")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_case_events()")
