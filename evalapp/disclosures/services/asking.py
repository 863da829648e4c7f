"""A resident questions a line: a matter that the unit answers in its term, and what the asker says of the answer."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts.events import ResidentErased
from evalapp.core import clock, jobs
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotFound, TooMany
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.disclosures.models import (
    Board,
    FinanceLine,
    FinanceStatement,
    LineQuestion,
    QuestionAllowance,
    StatementState,
)
from evalapp.disclosures.queries.asking import own_marks
from evalapp.disclosures.rules.asking import DOUBT_WORDS, Doubt, QuestionKey
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.rules.privacy import masked_words
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.states import SETTLED, MatterKind
from evalapp.supervision.services.answering import ASKER
from evalapp.units import services as units
from evalapp.units.models import Unit

ERASE = "disclosures.erase_asker"


@dataclass(frozen=True, kw_only=True)
class QuestionText:
    """What is doubted, and in which words: these are for the unit and the office only."""

    doubt: Doubt
    words: str = ""


def ask(
    session: Session, *, line_id: uuid.UUID, question: QuestionText, resident: Actor, key: QuestionKey
) -> LineQuestion:
    """Question a line that is shown now; its clock starts. Nothing kept says who asked.

    Refuses a line about which somebody waits for an answer already, and more questions than a day has. Raises `NotFound`,
    `Conflict`, `TooMany`, `Invalid`.
    """
    assert resident.id is not None
    found = session.execute(
        select(FinanceLine, FinanceStatement, Board, Unit)
        .join(FinanceStatement, FinanceStatement.id == FinanceLine.statement_id)
        .join(Board, Board.id == FinanceStatement.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(FinanceLine.id == line_id, FinanceStatement.state == StatementState.PUBLISHED)
    ).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这一笔。"))
    line, statement, board, unit = found
    units.open_unit(session, unit.id)
    asked = catalogue().questions
    words = masked_words(cleaned_text(question.words, field="words", limit=asked.words))
    earlier = session.scalars(
        select(Matter.phase)
        .join(LineQuestion, LineQuestion.matter_id == Matter.id)
        .join(FinanceLine, FinanceLine.id == LineQuestion.line_id)
        .join(FinanceStatement, FinanceStatement.id == FinanceLine.statement_id)
        .where(
            FinanceStatement.board_id == board.id,
            FinanceStatement.period == statement.period,
            FinanceLine.key == line.key,
        )
    ).all()
    waiting = Conflict(N_("这一笔已经有人在问，答复会显示在这里。"))
    if any(phase not in SETTLED for phase in earlier):
        raise waiting
    _use_up(session, key, resident.id, most=asked.a_day)
    matter = supervision.open_matter(
        session,
        kind=MatterKind.LINE_QUESTION,
        title=f"对 {statement.period} 收支第 {line.number} 笔（{line.voucher}）的疑问：{DOUBT_WORDS[question.doubt]}",
        path=f"/boards/{unit.slug}/finances/{statement.period}/lines/{line.key}",
        about=statement.reference,
        unit_id=unit.id,
        key=f"line:{statement.reference}:{line.key}:{len(earlier)}",
        actor=ASKER,
    )
    mine = own_marks(
        session, resident_id=resident.id, key=key
    )  # by one at a time: `_use_up` has locked the day
    made = LineQuestion(
        line_id=line.id,
        matter_id=matter.id,
        doubt=question.doubt,
        words=words,
        pseudonym=key.mark(resident.id, len(mine)),
        asked_at=clock.now(),
    )
    again = Conflict(N_("刚才还有一个提问没有办完，请再试一次。"))
    with refusing(session, {"uq_line_questions_matter_id": waiting, "uq_line_questions_pseudonym": again}):
        session.add(made)
    return made


def grade(
    session: Session, *, question_id: uuid.UUID, resident: Actor, key: QuestionKey, grade: AnswerGrade
) -> Matter:
    """Keep what the asker says of the answer. Raises `NotFound` for another's, `Conflict`."""
    return supervision.grade_answer(
        session, matter_id=_own_matter(session, question_id, resident, key), grade=grade
    )


def reopen(session: Session, *, question_id: uuid.UUID, resident: Actor, key: QuestionKey) -> Matter:
    """Open one's question again, with the grade that stands. Raises `NotFound` for another's, `Conflict`."""
    matter_id = _own_matter(session, question_id, resident, key)
    said = session.scalar(select(Matter.grade).where(Matter.id == matter_id))
    if said is None:
        raise Conflict(N_("请先说这个答复怎么样，再重新打开。"))
    return supervision.reopen(session, matter_id=matter_id, grade=said)


def on_resident_erased(session: Session, event: ResidentErased) -> None:
    """Ask for the work of erasing: it needs the key, which a reaction does not have."""
    jobs.enqueue(session, ERASE, {"resident_id": str(event.resident_id)})


def erase_asker(session: Session, *, resident_id: uuid.UUID, key: QuestionKey) -> int:
    """Empty the words of whatever a resident asked; return how many there were."""
    own = [one.question_id for one in own_marks(session, resident_id=resident_id, key=key)]
    found = session.scalars(
        select(LineQuestion)
        .where(LineQuestion.id.in_(own), LineQuestion.words != "")
        .order_by(LineQuestion.id)
    ).all()
    for question in found:
        question.words = ""
    session.flush()
    return len(found)


def _own_matter(session: Session, question_id: uuid.UUID, resident: Actor, key: QuestionKey) -> uuid.UUID:
    assert resident.id is not None
    own = own_marks(session, resident_id=resident.id, key=key)
    found = next((one for one in own if one.question_id == question_id and one.is_theirs), None)
    if found is None:
        raise NotFound(N_("没有找到你要的内容。"))
    return found.matter_id


def _use_up(session: Session, key: QuestionKey, resident_id: uuid.UUID, *, most: int) -> None:
    """Count one more question of this resident today. Raises `TooMany`."""
    today = clock.today()
    mark = key.allowance(today, resident_id)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = insert(QuestionAllowance).values(key=mark, day=today, used=1)
    used = session.scalars(
        made.on_conflict_do_update(
            index_elements=["key"], set_={"used": QuestionAllowance.used + 1}
        ).returning(QuestionAllowance.used)
    ).one()
    if used > most:
        left = clock.end_of(today) - clock.now()
        raise TooMany(
            N_("今天已经问了 %(most)s 笔，请明天再问。"),
            retry_after=max(int(left.total_seconds()), 60),
            most=most,
        )
