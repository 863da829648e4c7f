"""Letters and topics: what is followed, letters that hold notices, mail addresses, notices on desks, what was removed."""

import uuid
from datetime import UTC, datetime, time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_removals_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.UniqueConstraint("rule", "removed_on", name=op.f("uq_removals_rule_removed_on")),
    )
    with op.batch_alter_table("removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removals_removed_on"), ["removed_on"], unique=False)

    op.create_table(
        "topics",
        sa.Column(
            "kind",
            sa.Enum(
                "unit",
                "episode",
                "matter",
                name="topickind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("reference", name=op.f("uq_topics_reference")),
    )
    op.create_table(
        "followings",
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_followings_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followings")),
        sa.UniqueConstraint("topic_id", "mark", name=op.f("uq_followings_topic_id_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "letters",
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column(
            "rhythm",
            sa.Enum("at_once", "daily", name="rhythm", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "ready",
                "sending",
                "doubtful",
                "sent",
                "dropped",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("sms", "mail", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('sent', 'dropped')) = (ended_on IS NOT NULL)", name=op.f("ck_letters_ended_on_a_day")
        ),
        sa.CheckConstraint(
            "(state IN ('sent', 'dropped')) = (resident_id IS NULL AND staff_id IS NULL)",
            name=op.f("ck_letters_reader_until_it_ends"),
        ),
        sa.CheckConstraint("resident_id IS NULL OR staff_id IS NULL", name=op.f("ck_letters_one_reader")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_letters_job_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_letters_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_letters_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_ended_on"), ["ended_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index("ix_letters_state_since", ["state", "since"], unique=False)
        batch_op.create_index(
            "uq_letters_waiting_resident_id",
            ["resident_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "uq_letters_waiting_staff_id",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "mail_addresses",
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(resident_id IS NULL) != (staff_id IS NULL)", name=op.f("ck_mail_addresses_of_one_person")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_mail_addresses_resident_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mail_addresses_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_addresses")),
    )
    with op.batch_alter_table("mail_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_addresses_address_key"), ["address_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_addresses_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_addresses_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_addresses_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "uq_mail_addresses_confirmed_resident_id",
            ["resident_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_mail_addresses_confirmed_staff_id",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )

    op.create_table(
        "readers",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rhythm",
            sa.Enum("at_once", "daily", name="rhythm", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sealed_topics", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_readers_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_readers")),
    )
    op.create_table(
        "staff_notices",
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
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
            nullable=True,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(seen_at IS NULL) = (seen_by = '')", name=op.f("ck_staff_notices_seen_by_somebody")
        ),
        sa.CheckConstraint(
            "(CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN topic_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN role IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_staff_notices_one_desk"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_notices_staff_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_staff_notices_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_staff_notices_key")),
    )
    with op.batch_alter_table("staff_notices", schema=None) as batch_op:
        batch_op.create_index("ix_staff_notices_role_due_at", ["role", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_notices_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index("ix_staff_notices_staff_id_due_at", ["staff_id", "due_at"], unique=False)
        batch_op.create_index("ix_staff_notices_topic_id_due_at", ["topic_id", "due_at"], unique=False)

    op.create_table(
        "topic_news",
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_topic_news_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_news")),
        sa.UniqueConstraint("key", name=op.f("uq_topic_news_key")),
    )
    with op.batch_alter_table("topic_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_news_at"), ["at"], unique=False)
        batch_op.create_index("ix_topic_news_topic_id_at", ["topic_id", "at"], unique=False)

    op.create_table(
        "unit_topics",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_unit_topics_topic_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_topics_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_topics")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_unit_topics_topic_id")),
    )
    op.create_table(
        "episode_topics",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_episode_topics_episode_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_episode_topics_topic_id")),
        sa.PrimaryKeyConstraint("episode_id", name=op.f("pk_episode_topics")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_episode_topics_topic_id")),
    )
    _put_notices_into_letters()
    # By itself, not in a batch: SQLite would make the table anew, which others refer to.
    op.add_column("residents", sa.Column("lang", sa.String(), nullable=False, server_default="zh"))


def downgrade() -> None:
    op.drop_column("residents", "lang")
    _take_notices_out_of_letters()

    op.drop_table("episode_topics")
    op.drop_table("unit_topics")
    with op.batch_alter_table("topic_news", schema=None) as batch_op:
        batch_op.drop_index("ix_topic_news_topic_id_at")
        batch_op.drop_index(batch_op.f("ix_topic_news_at"))

    op.drop_table("topic_news")
    with op.batch_alter_table("staff_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_notices_topic_id_due_at")
        batch_op.drop_index("ix_staff_notices_staff_id_due_at")
        batch_op.drop_index(batch_op.f("ix_staff_notices_seen_at"))
        batch_op.drop_index("ix_staff_notices_role_due_at")

    op.drop_table("staff_notices")
    op.drop_table("readers")
    with op.batch_alter_table("mail_addresses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mail_addresses_confirmed_staff_id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_mail_addresses_confirmed_resident_id",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_mail_addresses_staff_id"))
        batch_op.drop_index(batch_op.f("ix_mail_addresses_resident_id"))
        batch_op.drop_index(batch_op.f("ix_mail_addresses_asked_at"))
        batch_op.drop_index(batch_op.f("ix_mail_addresses_address_key"))

    op.drop_table("mail_addresses")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_letters_waiting_staff_id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(
            "uq_letters_waiting_resident_id",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_letters_state_since")
        batch_op.drop_index(batch_op.f("ix_letters_staff_id"))
        batch_op.drop_index(batch_op.f("ix_letters_resident_id"))
        batch_op.drop_index(batch_op.f("ix_letters_job_id"))
        batch_op.drop_index(batch_op.f("ix_letters_ended_on"))

    op.drop_table("letters")
    op.drop_table("followings")
    op.drop_table("topics")
    with op.batch_alter_table("removals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_removals_removed_on"))

    op.drop_table("removals")


_STATES = ("waiting", "sent", "dropped")
_PURPOSES = ("sign_in", "reply_notices", "extension_notices")
_NOTICES = sa.table(
    "notices",
    sa.column("id", sa.Uuid()),
    sa.column("resident_id", sa.Uuid()),
    sa.column("letter_id", sa.Uuid()),
    sa.column("purpose", sa.String()),
    sa.column("state", sa.String()),
    sa.column("made_on", sa.Date()),
)
_LETTERS = sa.table(
    "letters",
    sa.column("id", sa.Uuid()),
    sa.column("resident_id", sa.Uuid()),
    sa.column("rhythm", sa.String()),
    sa.column("since", sa.DateTime(timezone=True)),
    sa.column("state", sa.String()),
)
_JOBS = sa.table(
    "jobs",
    *(sa.column(name, sa.String()) for name in ("kind", "key", "state", "step", "error")),
    *(sa.column(name, sa.Integer()) for name in ("priority", "attempts", "progress")),
    *(sa.column(name, sa.DateTime(timezone=True)) for name in ("run_at", "created_at")),
    sa.column("id", sa.Uuid()),
    sa.column("payload", sa.JSON()),
)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _put_notices_into_letters() -> None:
    """Notices that wait go into one letter for each resident; those that ended say nothing any more.

    The jobs that would have sent them know notices: the letters are found by their own round.
    """
    connection, old = op.get_bind(), _NOTICES.c
    waiting = connection.execute(
        sa.select(old.id, old.resident_id, old.purpose, old.made_on)
        .where(old.resident_id.is_not(None))
        .order_by(old.made_on)
    ).all()
    op.execute("DELETE FROM jobs WHERE kind = 'notifications.deliver'")
    op.drop_table("notices")
    op.create_table(
        "notices",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("purpose", _choice("purpose", *_PURPOSES), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_notices_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_notices_letter_id"), "notices", ["letter_id"], unique=False)
    letters: dict[uuid.UUID, uuid.UUID] = {}
    for notice_id, resident_id, purpose, made_on in waiting:
        if resident_id not in letters:
            letters[resident_id] = uuid.uuid4()
            since = datetime.combine(made_on, time(), tzinfo=UTC)
            values = {"rhythm": "at_once", "since": since, "state": "waiting"}
            connection.execute(
                _LETTERS.insert().values(id=letters[resident_id], resident_id=resident_id, **values)
            )
        connection.execute(
            _NOTICES.insert().values(
                id=notice_id, letter_id=letters[resident_id], purpose=purpose, made_on=made_on
            )
        )


def _take_notices_out_of_letters() -> None:
    """The way back: what waits in a resident's letter becomes a notice of its own again, with the job that sends it."""
    connection = op.get_bind()
    waiting = connection.execute(
        sa.select(_NOTICES.c.id, _LETTERS.c.resident_id, _NOTICES.c.purpose, _NOTICES.c.made_on)
        .join(_LETTERS, _LETTERS.c.id == _NOTICES.c.letter_id)
        .where(_LETTERS.c.resident_id.is_not(None))
    ).all()
    op.execute(
        "DELETE FROM jobs WHERE kind IN"
        " ('notifications.deliver', 'notifications.fan_out', 'notifications.forget_follower')"
    )
    op.drop_table("notices")
    op.create_table(
        "notices",
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", _choice("purpose", *_PURPOSES), nullable=False),
        sa.Column("state", _choice("noticestate", *_STATES), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (resident_id IS NOT NULL)", name=op.f("ck_notices_recipient_while_waiting")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_notices_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_resident_id"), "notices", ["resident_id"], unique=False)
    now = datetime.now(UTC)
    for notice_id, resident_id, purpose, made_on in waiting:
        connection.execute(
            _NOTICES.insert().values(
                id=notice_id, resident_id=resident_id, purpose=purpose, state="waiting", made_on=made_on
            )
        )
        connection.execute(
            _JOBS.insert().values(
                id=uuid.uuid4(),
                kind="notifications.deliver",
                payload={"notice_id": str(notice_id)},
                key=f"notice:{notice_id}",
                state="waiting",
                step="",
                error="",
                priority=0,
                attempts=0,
                progress=0,
                run_at=now,
                created_at=now,
            )
        )
