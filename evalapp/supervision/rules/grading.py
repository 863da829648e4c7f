"""What an asker can say of an answer: chosen from a list, so that nothing unread is published."""

import enum

from evalapp.core.i18n import N_


class AnswerGrade(enum.StrEnum):
    ANSWERED = "answered"
    EVASIVE = "evasive"
    NOT_ANSWERED = "not_answered"


GRADE_WORDS: dict[AnswerGrade, str] = {
    AnswerGrade.ANSWERED: N_("答到点上了"),
    AnswerGrade.EVASIVE: N_("答了，没答所问"),
    AnswerGrade.NOT_ANSWERED: N_("没有回答"),
}
# A good answer is not opened again.
MAY_REOPEN = frozenset({AnswerGrade.EVASIVE, AnswerGrade.NOT_ANSWERED})
