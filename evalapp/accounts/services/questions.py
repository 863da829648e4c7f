"""While more than a part of the hour's codes is spent, a code costs the answer to a question in words."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts import sums
from evalapp.accounts.models import CodeRequest
from evalapp.accounts.queries import hashed
from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings


class QuestionAsked(Invalid):
    """A question has to be answered first."""

    code = "question-asked"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back with a form: the question's token, and what was typed."""

    token: str = ""
    typed: str = ""


def question_for(session: Session, platform: Platform, *, browser: str) -> sums.Sum:
    """A question for this browser."""
    after = _last_of(session, browser)
    return sums.draw(platform.keys, browser=browser, after=after, now=clock.now())


def is_due(session: Session, platform: Platform) -> bool:
    """Whether a code costs an answer now. For everybody alike: no number, known or not, is treated otherwise."""
    since = clock.now() - timedelta(hours=1)
    spent = select(func.count()).select_from(CodeRequest).where(CodeRequest.asked_at > since)
    return is_due_after(session.scalars(spent).one(), platform.settings)


def is_due_after(spent: int, settings: Settings) -> bool:
    """Whether a code costs an answer when so many were sent in the last hour; when all are spent no answer helps."""
    return settings.codes_before_question <= spent < settings.codes_in_all_hour


def check(session: Session, keys: Keys, answer: Answer, *, browser: str) -> None:
    """Refuse whoever did not answer the question that this browser was asked. Raises `QuestionAsked`."""
    if not answer.typed.strip():
        raise QuestionAsked(N_("现在要验证码的人很多，请先回答这一题。"), field="answer")
    asked = sums.of_token(
        keys, answer.token, browser=browser, after=_last_of(session, browser), now=clock.now()
    )
    if asked is None:
        raise QuestionAsked(N_("这一题已经过时，请回答新的一题。"), field="answer")
    if not asked.is_answered_by(answer.typed):
        raise QuestionAsked(N_("答得不对，请回答新的一题。"), field="answer")


def _last_of(session: Session, browser: str) -> str:
    last = (
        select(CodeRequest.id)
        .where(CodeRequest.browser_hash == hashed(browser))
        .order_by(CodeRequest.asked_at.desc(), CodeRequest.id)
        .limit(1)
    )
    return str(session.scalar(last))
