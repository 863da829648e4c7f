"""What a plan must be: steps with a post and a day, none in the past, none beyond what the profile allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.supervision.rules.profile import SupervisionProfile
from evalapp.supervision.rules.wording import public_words

MOST_STEPS = 20
STEP_LIMIT = 200
POST_LIMIT = 60
PLAN_LIMIT = 2_000


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is done, by which post, until when."""

    what: str
    post: str
    due_on: date


def checked_steps(
    steps: Sequence[Step],
    profile: SupervisionProfile,
    *,
    today: date,
    without_reason_until: date,
    reason: str,
) -> list[Step]:
    """Return the steps, cleaned.

    Refuses none, too many, a day that is past or too far, and one beyond the term without a reason. Raises `Invalid`
    at the field `steps-N-…` of the step.
    """
    if not steps:
        raise Invalid(N_("整改方案至少要有一步：做什么、哪个岗位、哪天前。"), field="steps")
    if len(steps) > MOST_STEPS:
        raise Invalid(N_("最多 %(most)s 步。"), field="steps", most=MOST_STEPS)
    furthest = today + timedelta(days=profile.longest_plan_days)
    for number, step in enumerate(steps):
        if step.due_on < today:
            raise Invalid(
                N_("第 %(number)s 步的日期已经过去，请填今天或以后。"),
                field=f"steps-{number}-due_on",
                number=number + 1,
            )
        if step.due_on > furthest:
            raise Invalid(
                N_("第 %(number)s 步太远：最长 %(days)s 天，请分阶段安排。"),
                field=f"steps-{number}-due_on",
                number=number + 1,
                days=profile.longest_plan_days,
            )
    if last_day(steps) > without_reason_until and not reason.strip():
        raise Invalid(
            N_("整改一般 %(days)s 个工作日内完成。需要更久的，请写明为什么，居民会看到。"),
            field="longer_because",
            days=profile.low_grade.plan.days,
        )
    return [
        Step(
            what=public_words(step.what, field=f"steps-{number}-what", limit=STEP_LIMIT),
            post=cleaned_text(step.post, field=f"steps-{number}-post", limit=POST_LIMIT, required=True),
            due_on=step.due_on,
        )
        for number, step in enumerate(steps)
    ]


def last_day(steps: Sequence[Step]) -> date:
    """The day on which the last step is to be done."""
    return max(step.due_on for step in steps)
