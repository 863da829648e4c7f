"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_subject"), ["subject"], unique=False)

    op.create_table(
        "ballot_changes",
        sa.Column("voter", sa.LargeBinary(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_changes")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ballot_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_changes_bucket"), ["bucket"], unique=False)
        batch_op.create_index("ix_ballot_changes_voter_bucket", ["voter", "bucket"], unique=False)

    op.create_table(
        "channels",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("code", name=op.f("uq_channels_code")),
        sa.UniqueConstraint("name", name=op.f("uq_channels_name")),
    )
    op.create_table(
        "code_requests",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("device_key", sa.String(), nullable=False),
        sa.Column("network_key", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_code_requests_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_requests")),
    )
    with op.batch_alter_table("code_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_requests_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_code_requests_browser_hash"), ["browser_hash"], unique=False)
        batch_op.create_index(
            "ix_code_requests_device_key_asked_at", ["device_key", "asked_at"], unique=False
        )
        batch_op.create_index(
            "ix_code_requests_network_key_asked_at", ["network_key", "asked_at"], unique=False
        )
        batch_op.create_index("ix_code_requests_person_id_asked_at", ["person_id", "asked_at"], unique=False)

    op.create_table(
        "comment_allowances",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_comment_allowances")),
    )
    with op.batch_alter_table("comment_allowances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_allowances_hour"), ["hour"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_jobs_key")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["state", "run_at"], unique=False)

    op.create_table(
        "pledge_reference_counters",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_pledge_reference_counters")),
    )
    op.create_table(
        "residents",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("number_block", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        sa.UniqueConstraint("person_id", name=op.f("uq_residents_person_id")),
    )
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_residents_last_used_at"), ["last_used_at"], unique=False)

    op.create_table(
        "search_entries",
        sa.Column(
            "kind",
            sa.Enum(
                "episode",
                "unit",
                "pledge",
                name="foundkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("title_words", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("path", name=op.f("uq_search_entries_path")),
    )
    op.create_table(
        "seasons",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seasons")),
        sa.UniqueConstraint("year", name=op.f("uq_seasons_year")),
    )
    op.create_table(
        "staff",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "office",
                "unit",
                "station",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("password_is_once", sa.Boolean(), nullable=False),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approves_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "staff_attempts",
        sa.Column("login_key", sa.String(), nullable=False),
        sa.Column("network_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_attempts")),
    )
    with op.batch_alter_table("staff_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_attempts_at"), ["at"], unique=False)
        batch_op.create_index("ix_staff_attempts_login_key_at", ["login_key", "at"], unique=False)
        batch_op.create_index("ix_staff_attempts_network_key_at", ["network_key", "at"], unique=False)

    op.create_table(
        "studios",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studios")),
        sa.UniqueConstraint("name", name=op.f("uq_studios_name")),
    )
    op.create_table(
        "units",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "section",
                "subdistrict",
                "village",
                name="unitkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("parent_level", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rank_class", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("office_hours", sa.String(), nullable=False),
        sa.Column("sort_key", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "closed_at IS NULL OR closed_reason <> ''", name=op.f("ck_units_closed_with_a_reason")
        ),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (parent_level IS NULL)", name=op.f("ck_units_parent_whole")
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_units_level_in_range")),
        sa.CheckConstraint(
            "parent_level IS NULL OR parent_level < level", name=op.f("ck_units_below_its_parent")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "parent_level"],
            ["units.id", "units.level"],
            name=op.f("fk_units_parent_id_parent_level"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("id", "level", name=op.f("uq_units_id_level")),
        sa.UniqueConstraint("parent_id", "name_key", name=op.f("uq_units_parent_id_name_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_units_slug")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_units_sort_key"), ["sort_key"], unique=False)
        batch_op.create_index(
            "uq_units_top_name_key",
            ["name_key"],
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )

    op.create_table(
        "vault",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("stop_code", sa.String(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault")),
        sa.UniqueConstraint("person_id", name=op.f("uq_vault_person_id")),
        sa.UniqueConstraint("stop_code", name=op.f("uq_vault_stop_code")),
    )
    with op.batch_alter_table("vault", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "work_calendar",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "holiday", "make_up", name="daykind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_calendar")),
    )
    op.create_table(
        "client_codes",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("used_mark", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_client_codes_resident_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_client_codes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_client_codes_code_hash")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_client_codes_unit_id_number")),
    )
    with op.batch_alter_table("client_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_codes_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_in",
                "reply_notices",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_consents_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(
            "uq_consents_standing",
            ["resident_id", "purpose"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "enrolments",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_enrolments_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_enrolments_token_hash")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolments_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolments_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "highlights",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''",
            name=op.f("ck_highlights_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_highlights_year_in_range")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_highlights_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlights")),
        sa.UniqueConstraint("reference", name=op.f("uq_highlights_reference")),
    )
    with op.batch_alter_table("highlights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_highlights_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "dropped",
                name="noticestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (resident_id IS NOT NULL)", name=op.f("ck_notices_recipient_while_waiting")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_notices_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "pledges",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f("ck_pledges_withdrawn_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_pledges_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
        sa.UniqueConstraint("reference", name=op.f("uq_pledges_reference")),
    )
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledges_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_sessions_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_last_seen_at"), ["last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "speaker_leaves",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_speaker_leaves_starts_before_it_ends")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_speaker_leaves_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker_leaves")),
    )
    with op.batch_alter_table("speaker_leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_speaker_leaves_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_leaves_starts_on"), ["starts_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_speaker_leaves_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "staff_list_entries",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_staff_list_entries_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_list_entries")),
        sa.UniqueConstraint("unit_id", "person_id", name=op.f("uq_staff_list_entries_unit_id_person_id")),
    )
    with op.batch_alter_table("staff_list_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_list_entries_person_id"), ["person_id"], unique=False)

    op.create_table(
        "threads",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_threads_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("reference", name=op.f("uq_threads_reference")),
    )
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_threads_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "totp_resets",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("asked_by <> staff_id", name=op.f("ck_totp_resets_not_for_oneself")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_totp_resets_two_people")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_totp_resets_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_totp_resets_decided_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_totp_resets_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_resets")),
    )
    with op.batch_alter_table("totp_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_totp_resets_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_totp_resets_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_totp_resets_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_totp_resets_waiting",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "unit_functions",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("handled_by", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until", name=op.f("ck_unit_functions_shown_forwards")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_functions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_functions")),
    )
    with op.batch_alter_table("unit_functions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_functions_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_members",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unit_members_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_members_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_members")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_unit_members_staff_id")),
    )
    with op.batch_alter_table("unit_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_members_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_posts",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until", name=op.f("ck_unit_posts_shown_forwards")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_posts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_posts")),
    )
    with op.batch_alter_table("unit_posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_posts_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "comments",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("at_seconds", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "shown",
                "refused",
                "withdrawn",
                "erased",
                name="commentstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("shown_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state != 'erased' OR (text = '' AND original IS NULL)", name=op.f("ck_comments_erased_is_empty")
        ),
        sa.CheckConstraint(
            "state != 'shown' OR shown_on IS NOT NULL", name=op.f("ck_comments_shown_since_a_day")
        ),
        sa.CheckConstraint("at_seconds >= 0", name=op.f("ck_comments_moment_not_negative")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_comments_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("reference", name=op.f("uq_comments_reference")),
        sa.UniqueConstraint(
            "thread_id", "pseudonym", "fingerprint", name=op.f("uq_comments_thread_id_pseudonym_fingerprint")
        ),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_pseudonym"), ["pseudonym"], unique=False)
        batch_op.create_index("ix_comments_queue", ["state", "written_on", "reference"], unique=False)
        batch_op.create_index("ix_comments_thread", ["thread_id", "written_on", "reference"], unique=False)

    op.create_table(
        "episodes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("season_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("speaker_post", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(opens_at IS NULL) = (closes_at IS NULL)", name=op.f("ck_episodes_window_whole")),
        sa.CheckConstraint("number > 0", name=op.f("ck_episodes_number_positive")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_episodes_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_episodes_season_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_episodes_thread_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_episodes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
        sa.UniqueConstraint("number", name=op.f("uq_episodes_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_episodes_reference")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_episodes_thread_id")),
    )
    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episodes_closes_at"), ["closes_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_episodes_opens_at"), ["opens_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_episodes_published_at"), ["published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_episodes_season_id"), ["season_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_episodes_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "highlight_progress",
        sa.Column("highlight_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_highlight_progress_percent_in_range")),
        sa.ForeignKeyConstraint(
            ["highlight_id"], ["highlights.id"], name=op.f("fk_highlight_progress_highlight_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlight_progress")),
    )
    with op.batch_alter_table("highlight_progress", schema=None) as batch_op:
        batch_op.create_index(
            "ix_highlight_progress_highlight_id_recorded_at", ["highlight_id", "recorded_at"], unique=False
        )

    op.create_table(
        "highlight_versions",
        sa.Column("highlight_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_highlight_versions_reworded_with_a_reason")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_highlight_versions_number_positive")),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until",
            name=op.f("ck_highlight_versions_shown_forwards"),
        ),
        sa.ForeignKeyConstraint(
            ["highlight_id"], ["highlights.id"], name=op.f("fk_highlight_versions_highlight_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlight_versions")),
        sa.UniqueConstraint("highlight_id", "number", name=op.f("uq_highlight_versions_highlight_id_number")),
    )
    with op.batch_alter_table("highlight_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_highlight_versions_highlight_id"), ["highlight_id"], unique=False
        )
        batch_op.create_index(
            "uq_highlight_versions_shown_now",
            ["highlight_id"],
            unique=True,
            sqlite_where=sa.text("shown_until IS NULL"),
            postgresql_where=sa.text("shown_until IS NULL"),
        )

    op.create_table(
        "pledge_versions",
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("measured", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column(
            "time_unit",
            sa.Enum(
                "minute",
                "hour",
                "day",
                "month",
                name="timeunit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "basis",
            sa.Enum(
                "working", "calendar", name="basis", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("statutory_amount", sa.Integer(), nullable=True),
        sa.Column(
            "statutory_unit",
            sa.Enum(
                "minute",
                "hour",
                "day",
                "month",
                name="statutory_unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "statutory_basis",
            sa.Enum(
                "working",
                "calendar",
                name="statutory_basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("statutory_source", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_pledge_versions_reworded_with_a_reason")
        ),
        sa.CheckConstraint(
            "(amount IS NULL) = (time_unit IS NULL) AND (amount IS NULL) = (basis IS NULL)",
            name=op.f("ck_pledge_versions_term_whole"),
        ),
        sa.CheckConstraint(
            "(statutory_amount IS NULL) = (statutory_unit IS NULL) AND (statutory_amount IS NULL) = (statutory_basis IS NULL)",
            name=op.f("ck_pledge_versions_statutory_whole"),
        ),
        sa.CheckConstraint(
            "amount IS NULL OR amount BETWEEN 1 AND 9999", name=op.f("ck_pledge_versions_term_in_range")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_pledge_versions_number_positive")),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until", name=op.f("ck_pledge_versions_shown_forwards")
        ),
        sa.CheckConstraint(
            "statutory_amount IS NULL OR statutory_amount BETWEEN 1 AND 9999",
            name=op.f("ck_pledge_versions_statutory_in_range"),
        ),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name=op.f("fk_pledge_versions_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_versions")),
        sa.UniqueConstraint("pledge_id", "number", name=op.f("uq_pledge_versions_pledge_id_number")),
    )
    with op.batch_alter_table("pledge_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_versions_pledge_id"), ["pledge_id"], unique=False)
        batch_op.create_index(
            "uq_pledge_versions_shown_now",
            ["pledge_id"],
            unique=True,
            sqlite_where=sa.text("shown_until IS NULL"),
            postgresql_where=sa.text("shown_until IS NULL"),
        )

    op.create_table(
        "airings",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("postponed_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_airings_starts_before_it_ends")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_airings_channel_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_airings_episode_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["airings.id"], name=op.f("fk_airings_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airings")),
    )
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_airings_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_replaced_by_id"), ["replaced_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_airings_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "comment_authors",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_authors_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_authors")),
    )
    op.create_table(
        "comment_decisions",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "approved",
                "refused",
                "masked",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "privacy",
                "insult",
                "off_topic",
                "advertising",
                "unlawful",
                "report",
                "other",
                name="refusalreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "verdict != 'refused' OR reason IS NOT NULL",
            name=op.f("ck_comment_decisions_refused_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_comment_decisions_comment_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_comment_decisions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_decisions")),
        sa.UniqueConstraint("comment_id", "number", name=op.f("uq_comment_decisions_comment_id_number")),
    )
    with op.batch_alter_table("comment_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_decisions_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "dossiers",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(report) <= 500", name=op.f("ck_dossiers_report_short")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_dossiers_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("episode_id", name=op.f("uq_dossiers_episode_id")),
    )
    op.create_table(
        "gradings",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turnout", sa.Integer(), nullable=False),
        sa.Column("turnout_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_gradings_opens_before_it_closes")),
        sa.CheckConstraint("turnout % 20 = 0", name=op.f("ck_gradings_turnout_in_steps")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_gradings_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gradings")),
        sa.UniqueConstraint("episode_id", name=op.f("uq_gradings_episode_id")),
    )
    with op.batch_alter_table("gradings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gradings_closes_at"), ["closes_at"], unique=False)

    op.create_table(
        "integrity_flags",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "device",
                "network",
                "burst",
                "haste",
                "identical",
                "number_block",
                "staff_list",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_integrity_flags_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_flags")),
    )
    with op.batch_alter_table("integrity_flags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_integrity_flags_episode_id"), ["episode_id"], unique=False)

    op.create_table(
        "panel_invitations",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episodes.id"], name=op.f("fk_panel_invitations_episode_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_invitations")),
        sa.UniqueConstraint(
            "episode_id", "person_id", name=op.f("uq_panel_invitations_episode_id_person_id")
        ),
    )
    with op.batch_alter_table("panel_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_invitations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "recording_slots",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_recording_slots_starts_before_it_ends")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_recording_slots_episode_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_recording_slots_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_slots")),
    )
    with op.batch_alter_table("recording_slots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_slots_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_slots_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_slots_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recording_slots_studio_id"), ["studio_id"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_by", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble_code", sa.String(), nullable=False),
        sa.Column("trouble_values", sa.JSON(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("chapters_revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(replaced_at IS NULL) = (replaced_by_id IS NULL)", name=op.f("ck_recordings_replaced_whole")
        ),
        sa.CheckConstraint(
            "prepared_at IS NULL OR duration_ms > 0", name=op.f("ck_recordings_prepared_has_length")
        ),
        sa.CheckConstraint(
            "prepared_at IS NULL OR refused_at IS NULL", name=op.f("ck_recordings_prepared_or_refused")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_recordings_episode_id")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_recordings_job_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["recordings.id"], name=op.f("fk_recordings_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("episode_id", "version", name=op.f("uq_recordings_episode_id_version")),
        sa.UniqueConstraint("token", name=op.f("uq_recordings_token")),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_delivered_at"), ["delivered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_replaced_by_id"), ["replaced_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recordings_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            "uq_recordings_watched",
            ["episode_id"],
            unique=True,
            sqlite_where=sa.text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
        )

    op.create_table(
        "replies",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_replies_comment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_replies_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_replies_comment_id")),
    )
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replies_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "results",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("season_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_hash", sa.String(), nullable=False),
        sa.Column("mean", sa.String(), nullable=True),
        sa.Column("half_width", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(mean IS NULL) = (half_width IS NULL)", name=op.f("ck_results_mean_with_interval")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_results_episode_id")),
        sa.ForeignKeyConstraint(["season_id"], ["seasons.id"], name=op.f("fk_results_season_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_results_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("episode_id", name=op.f("uq_results_episode_id")),
    )
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_results_published_at"), ["published_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_results_season_id"), ["season_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_results_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("received >= 0 AND received <= size", name=op.f("ck_uploads_received_in_size")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_uploads_episode_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_uploads_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_episode_id"), ["episode_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "ballot_boxes",
        sa.Column("grading_id", sa.Uuid(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_ballot_boxes_grading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_boxes")),
        sa.UniqueConstraint("grading_id", "group", name=op.f("uq_ballot_boxes_grading_id_group")),
        sa.UniqueConstraint("reference", name=op.f("uq_ballot_boxes_reference")),
    )
    with op.batch_alter_table("ballot_boxes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_boxes_grading_id"), ["grading_id"], unique=False)

    op.create_table(
        "caption_tracks",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("zh", "en", name="captionlanguage", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("cues", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_caption_tracks_recording_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption_tracks")),
        sa.UniqueConstraint("recording_id", "language", name=op.f("uq_caption_tracks_recording_id_language")),
    )
    with op.batch_alter_table("caption_tracks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_caption_tracks_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "channel_holds",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("tick", sa.Integer(), nullable=False),
        sa.Column("airing_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["airing_id"], ["airings.id"], name=op.f("fk_channel_holds_airing_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_channel_holds_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_holds")),
        sa.UniqueConstraint("channel_id", "tick", name=op.f("uq_channel_holds_channel_id_tick")),
    )
    with op.batch_alter_table("channel_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_holds_airing_id"), ["airing_id"], unique=False)

    op.create_table(
        "chapters",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "functions",
                "highlight",
                "pledge",
                "question",
                "answer",
                "look_back",
                "other",
                name="chapterkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("start_ms >= 0", name=op.f("ck_chapters_start_not_negative")),
        sa.ForeignKeyConstraint(["recording_id"], ["recordings.id"], name=op.f("fk_chapters_recording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chapters")),
        sa.UniqueConstraint("recording_id", "start_ms", name=op.f("uq_chapters_recording_id_start_ms")),
    )
    with op.batch_alter_table("chapters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chapters_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "dossier_versions",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_versions_dossier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_versions")),
        sa.UniqueConstraint("dossier_id", "number", name=op.f("uq_dossier_versions_dossier_id_number")),
    )
    with op.batch_alter_table("dossier_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_versions_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "episode_changes",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "created",
                "edited",
                "report_written",
                "dossier_handed_in",
                "slot_planned",
                "slot_moved",
                "slot_cancelled",
                "airing_planned",
                "airing_postponed",
                "airing_replaced",
                "airing_cancelled",
                "window_announced",
                "window_changed",
                "box_voided",
                "counted",
                "published",
                "withdrawn",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("airing_id", sa.Uuid(), nullable=True),
        sa.Column("overridden", sa.JSON(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["airing_id"], ["airings.id"], name=op.f("fk_episode_changes_airing_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_episode_changes_episode_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["recording_slots.id"], name=op.f("fk_episode_changes_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_changes")),
    )
    with op.batch_alter_table("episode_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episode_changes_airing_id"), ["airing_id"], unique=False)
        batch_op.create_index("ix_episode_changes_episode_id_at", ["episode_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_episode_changes_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "playback_reports",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum(
                "does_not_play",
                "no_picture",
                "no_sound",
                "stops",
                "captions",
                "other",
                name="trouble",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at_second", sa.Integer(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reporter", sa.String(), nullable=True),
        sa.Column("slot", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_playback_reports_recording_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_reports")),
        sa.UniqueConstraint("reporter", "slot", name=op.f("uq_playback_reports_reporter_slot")),
    )
    with op.batch_alter_table("playback_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playback_reports_recording_id"), ["recording_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_playback_reports_reported_at"), ["reported_at"], unique=False)

    op.create_table(
        "reply_wordings",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_reply_wordings_reply_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reply_wordings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_wordings")),
        sa.UniqueConstraint("reply_id", "number", name=op.f("uq_reply_wordings_reply_id_number")),
    )
    with op.batch_alter_table("reply_wordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_wordings_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "studio_holds",
        sa.Column("studio_id", sa.Uuid(), nullable=False),
        sa.Column("tick", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["recording_slots.id"], name=op.f("fk_studio_holds_slot_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_studio_holds_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio_holds")),
        sa.UniqueConstraint("studio_id", "tick", name=op.f("uq_studio_holds_studio_id_tick")),
    )
    with op.batch_alter_table("studio_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_studio_holds_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "two_person_acts",
        sa.Column("grading_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "extend",
                "void",
                "set_apart",
                "publish",
                name="actkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_post", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_post", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_two_person_acts_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "confirmed_by != proposed_by", name=op.f("ck_two_person_acts_two_different_people")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_two_person_acts_confirmed_by")),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_two_person_acts_grading_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_two_person_acts_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_two_person_acts")),
    )
    with op.batch_alter_table("two_person_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_two_person_acts_grading_id"), ["grading_id"], unique=False)
        batch_op.create_index(
            "uq_two_person_acts_waiting",
            ["grading_id", "kind"],
            unique=True,
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )

    op.create_table(
        "ballots",
        sa.Column("grading_id", sa.Uuid(), nullable=False),
        sa.Column("box_id", sa.Uuid(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("request_key", sa.LargeBinary(), nullable=False),
        sa.Column("request_body", sa.LargeBinary(), nullable=False),
        sa.Column("hidden_second", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(envelope) = 560", name=op.f("ck_ballots_envelope_of_one_length")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_ballots_sequence_positive")),
        sa.ForeignKeyConstraint(["box_id"], ["ballot_boxes.id"], name=op.f("fk_ballots_box_id")),
        sa.ForeignKeyConstraint(["grading_id"], ["gradings.id"], name=op.f("fk_ballots_grading_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("code", name=op.f("uq_ballots_code")),
        sa.UniqueConstraint("grading_id", "request_key", name=op.f("uq_ballots_grading_id_request_key")),
        sa.UniqueConstraint(
            "grading_id", "voter_key", "sequence", name=op.f("uq_ballots_grading_id_voter_key_sequence")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballots_box_id"), ["box_id"], unique=False)

    op.create_table(
        "box_entries",
        sa.Column("box_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("entry_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN (0, 2, 3)", name=op.f("ck_box_entries_kind_known")),
        sa.ForeignKeyConstraint(["box_id"], ["ballot_boxes.id"], name=op.f("fk_box_entries_box_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_entries")),
        sa.UniqueConstraint("entry_hash", name=op.f("uq_box_entries_entry_hash")),
    )
    with op.batch_alter_table("box_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_box_entries_box_id"), ["box_id"], unique=False)
        batch_op.create_index(
            "uq_box_entries_rules",
            ["box_id"],
            unique=True,
            postgresql_where=sa.text("kind = 0"),
            sqlite_where=sa.text("kind = 0"),
        )

    op.create_table(
        "ballot_signals",
        sa.Column("ballot_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("network", sa.LargeBinary(), nullable=True),
        sa.Column("number_block", sa.LargeBinary(), nullable=True),
        sa.Column("on_staff_list", sa.Boolean(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("watched", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("watched BETWEEN 0 AND 4", name=op.f("ck_ballot_signals_watched_in_quarters")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_signals_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_ballot_signals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_apart_ballots",
        sa.Column("ballot_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_acts.id"], name=op.f("fk_set_apart_ballots_act_id")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_set_apart_ballots_ballot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_apart_ballots")),
        sa.UniqueConstraint("ballot_id", name=op.f("uq_set_apart_ballots_ballot_id")),
    )
    with op.batch_alter_table("set_apart_ballots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_set_apart_ballots_act_id"), ["act_id"], unique=False)
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING "
            "fts5(id UNINDEXED, title_words, words, tokenize = 'unicode61 remove_diacritics 0')"
        )
    else:
        op.execute(
            "CREATE INDEX ix_search_entries_vector ON search_entries USING gin ("
            "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
            "setweight(to_tsvector('simple'::regconfig, words), 'D')))"
        )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_entries_undeleted BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"
        )
    else:
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_to_change_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_entries()"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    with op.batch_alter_table("set_apart_ballots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_apart_ballots_act_id"))

    op.drop_table("set_apart_ballots")
    op.drop_table("ballot_signals")
    with op.batch_alter_table("box_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_box_entries_rules", postgresql_where=sa.text("kind = 0"), sqlite_where=sa.text("kind = 0")
        )
        batch_op.drop_index(batch_op.f("ix_box_entries_box_id"))

    op.drop_table("box_entries")
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballots_box_id"))

    op.drop_table("ballots")
    with op.batch_alter_table("two_person_acts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_two_person_acts_waiting",
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_two_person_acts_grading_id"))

    op.drop_table("two_person_acts")
    with op.batch_alter_table("studio_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_studio_holds_slot_id"))

    op.drop_table("studio_holds")
    with op.batch_alter_table("reply_wordings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_wordings_staff_id"))

    op.drop_table("reply_wordings")
    with op.batch_alter_table("playback_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playback_reports_reported_at"))
        batch_op.drop_index(batch_op.f("ix_playback_reports_recording_id"))

    op.drop_table("playback_reports")
    with op.batch_alter_table("episode_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episode_changes_slot_id"))
        batch_op.drop_index("ix_episode_changes_episode_id_at")
        batch_op.drop_index(batch_op.f("ix_episode_changes_airing_id"))

    op.drop_table("episode_changes")
    with op.batch_alter_table("dossier_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dossier_versions_dossier_id"))

    op.drop_table("dossier_versions")
    with op.batch_alter_table("chapters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chapters_recording_id"))

    op.drop_table("chapters")
    with op.batch_alter_table("channel_holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_holds_airing_id"))

    op.drop_table("channel_holds")
    with op.batch_alter_table("caption_tracks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_caption_tracks_recording_id"))

    op.drop_table("caption_tracks")
    with op.batch_alter_table("ballot_boxes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballot_boxes_grading_id"))

    op.drop_table("ballot_boxes")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_staff_id"))
        batch_op.drop_index(batch_op.f("ix_uploads_expires_at"))
        batch_op.drop_index(batch_op.f("ix_uploads_episode_id"))

    op.drop_table("uploads")
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_results_unit_id"))
        batch_op.drop_index(batch_op.f("ix_results_season_id"))
        batch_op.drop_index(batch_op.f("ix_results_published_at"))

    op.drop_table("results")
    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_replies_unit_id"))

    op.drop_table("replies")
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recordings_watched",
            sqlite_where=sa.text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
            postgresql_where=sa.text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_recordings_sha256"))
        batch_op.drop_index(batch_op.f("ix_recordings_replaced_by_id"))
        batch_op.drop_index(batch_op.f("ix_recordings_job_id"))
        batch_op.drop_index(batch_op.f("ix_recordings_episode_id"))
        batch_op.drop_index(batch_op.f("ix_recordings_delivered_at"))

    op.drop_table("recordings")
    with op.batch_alter_table("recording_slots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_slots_studio_id"))
        batch_op.drop_index(batch_op.f("ix_recording_slots_starts_at"))
        batch_op.drop_index(batch_op.f("ix_recording_slots_episode_id"))
        batch_op.drop_index(batch_op.f("ix_recording_slots_ends_at"))

    op.drop_table("recording_slots")
    with op.batch_alter_table("panel_invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_invitations_person_id"))

    op.drop_table("panel_invitations")
    with op.batch_alter_table("integrity_flags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_integrity_flags_episode_id"))

    op.drop_table("integrity_flags")
    with op.batch_alter_table("gradings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gradings_closes_at"))

    op.drop_table("gradings")
    op.drop_table("dossiers")
    with op.batch_alter_table("comment_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_decisions_staff_id"))

    op.drop_table("comment_decisions")
    op.drop_table("comment_authors")
    with op.batch_alter_table("airings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_airings_starts_at"))
        batch_op.drop_index(batch_op.f("ix_airings_replaced_by_id"))
        batch_op.drop_index(batch_op.f("ix_airings_episode_id"))
        batch_op.drop_index(batch_op.f("ix_airings_ends_at"))
        batch_op.drop_index(batch_op.f("ix_airings_channel_id"))

    op.drop_table("airings")
    with op.batch_alter_table("pledge_versions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pledge_versions_shown_now",
            sqlite_where=sa.text("shown_until IS NULL"),
            postgresql_where=sa.text("shown_until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_pledge_versions_pledge_id"))

    op.drop_table("pledge_versions")
    with op.batch_alter_table("highlight_versions", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_highlight_versions_shown_now",
            sqlite_where=sa.text("shown_until IS NULL"),
            postgresql_where=sa.text("shown_until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_highlight_versions_highlight_id"))

    op.drop_table("highlight_versions")
    with op.batch_alter_table("highlight_progress", schema=None) as batch_op:
        batch_op.drop_index("ix_highlight_progress_highlight_id_recorded_at")

    op.drop_table("highlight_progress")
    with op.batch_alter_table("episodes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episodes_unit_id"))
        batch_op.drop_index(batch_op.f("ix_episodes_season_id"))
        batch_op.drop_index(batch_op.f("ix_episodes_published_at"))
        batch_op.drop_index(batch_op.f("ix_episodes_opens_at"))
        batch_op.drop_index(batch_op.f("ix_episodes_closes_at"))

    op.drop_table("episodes")
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_index("ix_comments_thread")
        batch_op.drop_index("ix_comments_queue")
        batch_op.drop_index(batch_op.f("ix_comments_pseudonym"))

    op.drop_table("comments")
    with op.batch_alter_table("unit_posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_posts_unit_id"))

    op.drop_table("unit_posts")
    with op.batch_alter_table("unit_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_members_unit_id"))

    op.drop_table("unit_members")
    with op.batch_alter_table("unit_functions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_functions_unit_id"))

    op.drop_table("unit_functions")
    with op.batch_alter_table("totp_resets", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_totp_resets_waiting",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_totp_resets_staff_id"))
        batch_op.drop_index(batch_op.f("ix_totp_resets_decided_by"))
        batch_op.drop_index(batch_op.f("ix_totp_resets_asked_by"))

    op.drop_table("totp_resets")
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_threads_unit_id"))

    op.drop_table("threads")
    with op.batch_alter_table("staff_list_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_list_entries_person_id"))

    op.drop_table("staff_list_entries")
    with op.batch_alter_table("speaker_leaves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_speaker_leaves_unit_id"))
        batch_op.drop_index(batch_op.f("ix_speaker_leaves_starts_on"))
        batch_op.drop_index(batch_op.f("ix_speaker_leaves_ends_on"))

    op.drop_table("speaker_leaves")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_staff_id"))
        batch_op.drop_index(batch_op.f("ix_sessions_resident_id"))
        batch_op.drop_index(batch_op.f("ix_sessions_last_seen_at"))

    op.drop_table("sessions")
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledges_unit_id"))

    op.drop_table("pledges")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notices_resident_id"))

    op.drop_table("notices")
    with op.batch_alter_table("highlights", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_highlights_unit_id"))

    op.drop_table("highlights")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolments_staff_id"))
        batch_op.drop_index(batch_op.f("ix_enrolments_created_at"))

    op.drop_table("enrolments")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_consents_standing",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_consents_resident_id"))

    op.drop_table("consents")
    with op.batch_alter_table("client_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_codes_resident_id"))

    op.drop_table("client_codes")
    op.drop_table("work_calendar")
    with op.batch_alter_table("vault", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vault_expires_at"))

    op.drop_table("vault")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_units_top_name_key",
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_units_sort_key"))
        batch_op.drop_index(batch_op.f("ix_units_parent_id"))

    op.drop_table("units")
    op.drop_table("studios")
    with op.batch_alter_table("staff_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_attempts_network_key_at")
        batch_op.drop_index("ix_staff_attempts_login_key_at")
        batch_op.drop_index(batch_op.f("ix_staff_attempts_at"))

    op.drop_table("staff_attempts")
    op.drop_table("staff")
    op.drop_table("seasons")
    op.drop_table("search_entries")
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_residents_last_used_at"))

    op.drop_table("residents")
    op.drop_table("pledge_reference_counters")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
    with op.batch_alter_table("comment_allowances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_allowances_hour"))

    op.drop_table("comment_allowances")
    with op.batch_alter_table("code_requests", schema=None) as batch_op:
        batch_op.drop_index("ix_code_requests_person_id_asked_at")
        batch_op.drop_index("ix_code_requests_network_key_asked_at")
        batch_op.drop_index("ix_code_requests_device_key_asked_at")
        batch_op.drop_index(batch_op.f("ix_code_requests_browser_hash"))
        batch_op.drop_index(batch_op.f("ix_code_requests_asked_at"))

    op.drop_table("code_requests")
    op.drop_table("channels")
    with op.batch_alter_table("ballot_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_ballot_changes_voter_bucket")
        batch_op.drop_index(batch_op.f("ix_ballot_changes_bucket"))

    op.drop_table("ballot_changes")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_action"))

    op.drop_table("audit_entries")
