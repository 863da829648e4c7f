"""What a unit says of itself: how to reach it, what it is for, its posts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_name, cleaned_text
from evalapp.core.permissions import Actor
from evalapp.units.events import UnitChanged
from evalapp.units.models import Unit, UnitFunction, UnitPost
from evalapp.units.rules.spelling import checked_telephone
from evalapp.units.services.tree import open_unit

SUMMARY_LIMIT = 200
ADDRESS_LIMIT = 120
HOURS_LIMIT = 120
FUNCTION_TITLE_LIMIT = 30
FUNCTION_TEXT_LIMIT = 300
HANDLED_BY_LIMIT = 80
POST_DUTY_LIMIT = 120
MOST_ENTRIES = 30


@dataclass(frozen=True, kw_only=True)
class FunctionText:
    """One function as it is written. Without a title it is left out."""

    title: str
    text: str = ""
    handled_by: str = ""


@dataclass(frozen=True, kw_only=True)
class PostText:
    """One post as it is written. Without a title it is left out."""

    title: str
    duty: str = ""
    telephone: str = ""


def write_contact(
    session: Session,
    *,
    unit_id: uuid.UUID,
    summary: str,
    telephone: str,
    address: str,
    office_hours: str,
    actor: Actor,
    seen_revision: int | None = None,
) -> Unit:
    """Write what the unit does in a sentence, and how to reach it."""
    unit = open_unit(session, unit_id, seen_revision=seen_revision)
    wanted = {
        "summary": cleaned_text(summary, field="summary", limit=SUMMARY_LIMIT),
        "telephone": checked_telephone(telephone),
        "address": cleaned_text(address, field="address", limit=ADDRESS_LIMIT),
        "office_hours": cleaned_text(office_hours, field="office_hours", limit=HOURS_LIMIT),
    }
    changed = sorted(field for field, value in wanted.items() if getattr(unit, field) != value)
    for field in changed:
        setattr(unit, field, wanted[field])
    if changed:
        _changed(session, unit, actor=actor, action="unit.contact_written", fields=changed)
    return unit


def write_functions(
    session: Session,
    *,
    unit_id: uuid.UUID,
    functions: Sequence[FunctionText],
    actor: Actor,
    seen_revision: int | None = None,
) -> Unit:
    """Write what the unit is for, in order. What is no longer said is ended and kept."""
    unit = open_unit(session, unit_id, seen_revision=seen_revision)
    wanted = [_clean_function(each) for each in functions if each.title.strip()]
    _few_enough(wanted)
    now = clock.now()
    shown = session.scalars(
        select(UnitFunction)
        .where(UnitFunction.unit_id == unit.id, UnitFunction.shown_until.is_(None))
        .order_by(UnitFunction.position, UnitFunction.id)
    ).all()
    was = [FunctionText(title=row.title, text=row.text, handled_by=row.handled_by) for row in shown]
    if was == wanted:
        return unit
    _end(shown, now)
    session.add_all(
        UnitFunction(
            unit_id=unit.id,
            position=position,
            title=each.title,
            text=each.text,
            handled_by=each.handled_by,
            shown_from=now,
            changed_by=actor.name,
        )
        for position, each in enumerate(wanted, start=1)
    )
    _changed(session, unit, actor=actor, action="unit.functions_written", fields=["functions"])
    return unit


def write_posts(
    session: Session,
    *,
    unit_id: uuid.UUID,
    posts: Sequence[PostText],
    actor: Actor,
    seen_revision: int | None = None,
) -> Unit:
    """Write the unit's posts, in order. What is no longer said is ended and kept."""
    unit = open_unit(session, unit_id, seen_revision=seen_revision)
    wanted = [_clean_post(each) for each in posts if each.title.strip()]
    _few_enough(wanted)
    now = clock.now()
    shown = session.scalars(
        select(UnitPost)
        .where(UnitPost.unit_id == unit.id, UnitPost.shown_until.is_(None))
        .order_by(UnitPost.position, UnitPost.id)
    ).all()
    was = [PostText(title=row.title, duty=row.duty, telephone=row.telephone) for row in shown]
    if was == wanted:
        return unit
    _end(shown, now)
    session.add_all(
        UnitPost(
            unit_id=unit.id,
            position=position,
            title=each.title,
            duty=each.duty,
            telephone=each.telephone,
            shown_from=now,
            changed_by=actor.name,
        )
        for position, each in enumerate(wanted, start=1)
    )
    _changed(session, unit, actor=actor, action="unit.posts_written", fields=["posts"])
    return unit


def _changed(session: Session, unit: Unit, *, actor: Actor, action: str, fields: list[str]) -> None:
    unit.profile_changed_at = clock.now()
    unit.revision += 1
    session.flush()
    audit.record(session, actor=actor, action=action, subject=unit.slug, detail={"fields": fields})
    events.emit(session, UnitChanged(unit_id=unit.id))


def _end(rows: Sequence[UnitFunction] | Sequence[UnitPost], now: datetime) -> None:
    for row in rows:
        row.shown_until = now


def _clean_function(given: FunctionText) -> FunctionText:
    return FunctionText(
        title=cleaned_name(given.title, field="functions", limit=FUNCTION_TITLE_LIMIT),
        text=cleaned_text(given.text, field="functions", limit=FUNCTION_TEXT_LIMIT),
        handled_by=cleaned_text(given.handled_by, field="functions", limit=HANDLED_BY_LIMIT),
    )


def _clean_post(given: PostText) -> PostText:
    return PostText(
        title=cleaned_name(given.title, field="posts", limit=FUNCTION_TITLE_LIMIT),
        duty=cleaned_text(given.duty, field="posts", limit=POST_DUTY_LIMIT),
        telephone=checked_telephone(given.telephone, field="posts"),
    )


def _few_enough(entries: Sequence[object]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Invalid(N_("最多 %(most)s 条。"), most=MOST_ENTRIES)
