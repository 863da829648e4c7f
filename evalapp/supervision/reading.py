"""What pages of matters share, public and on the desks: their words, their short facts, which list is asked for."""

import uuid
from typing import Any

from flask import request

from evalapp.supervision.queries import rates
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.queries.matters import ShownMatter
from evalapp.supervision.rules import states
from evalapp.supervision.rules.grading import GRADE_WORDS
from evalapp.supervision.rules.rates import OnTime
from evalapp.web.context import db
from evalapp.web.i18n import _, gettext, said
from evalapp.web.kept import kept_a_minute


def words() -> dict[str, Any]:
    """What the parts of a matter's page call things."""
    return {
        "acts": states.ACT_WORDS,
        "stages": states.STAGE_WORDS,
        "grades": {grade.value: said for grade, said in GRADE_WORDS.items()},
    }


def facts(shown: ShownMatter) -> list[tuple[str, str]]:
    """What is known of a matter in short lines."""
    matter = shown.matter
    lines: list[tuple[str, str]] = [(_("办理岗位"), said(matter.handler))] if matter.handler else []
    if matter.weight is not None:
        lines.append((_("类别"), gettext(states.WEIGHT_WORDS[matter.weight])))
    if matter.grade is not None:
        lines.append((_("提问人怎么看答复"), gettext(GRADE_WORDS[matter.grade])))
    return lines


def rate_of(unit_id: uuid.UUID) -> OnTime:
    """Return how often a unit kept its terms in the last year; a year's clocks are counted once a minute in each process."""
    return kept_a_minute(f"unit_rate.{unit_id}", lambda: rates.unit_rate(db.session, unit_id))


def chosen(given: str | None) -> Which:
    """Return which matters an address asks for; one that is none is passed over."""
    try:
        return Which(given or Which.RUNNING)
    except ValueError:
        return Which.RUNNING


def page_number() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 100_000))
