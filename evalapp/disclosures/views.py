"""The public pages of boards: the district, one board, one posting with its versions, the finances line by line."""

import itertools
import uuid

from flask import Blueprint, Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.disclosures import exporting, reading, services
from evalapp.disclosures.attachments import page_name, stored_name
from evalapp.disclosures.forms import QuestionForm
from evalapp.disclosures.queries import asking, boards, district, finances, postings
from evalapp.disclosures.queries.finances import FinancePage, LinePage
from evalapp.disclosures.rules.asking import QuestionKey
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.rules.contents import PICTURE
from evalapp.disclosures.rules.finances import Direction
from evalapp.disclosures.rules.silence import Silence, Standing
from evalapp.supervision.queries import profiles
from evalapp.supervision.reading import page_number
from evalapp.supervision.rules.grading import GRADE_WORDS, AnswerGrade
from evalapp.web import qr
from evalapp.web.access import current_actor, public, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.files import send_download, send_stored
from evalapp.web.i18n import _, gettext
from evalapp.web.kept import kept_a_minute
from evalapp.web.links import go_to
from evalapp.web.sheets import send_csv

blueprint = Blueprint("boards", __name__)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/boards")
@public
def index() -> str:
    rows = kept_a_minute("boards", lambda: district.rows(db.session))
    only_silent = request.args.get("show") == "silent"
    totals: dict[Standing, int] = {}
    for row in rows:
        for standing, count in row.silence.counts.items():
            totals[standing] = totals.get(standing, 0) + count
    choices = [
        (_("全部单位"), url_for(".index"), not only_silent),
        (_("只看有应公开未公开的"), url_for(".index", show="silent"), only_silent),
    ]
    return render_template(
        "disclosures/index.html",
        rows=[row for row in rows if row.silence.is_silent or not only_silent],
        silence=Silence(counts=totals),
        boards=len(rows),
        choices=choices,
        rules=catalogue(),
    )


@blueprint.get("/boards/<slug>")
@public
def board(slug: str) -> str:
    return _board(slug, "disclosures/board.html")


@blueprint.get("/boards/<slug>/print")
@public
def print_board(slug: str) -> str:
    return _board(slug, "disclosures/board_print.html")


@blueprint.get("/boards/<slug>/finances.csv")
@public
def series_csv(slug: str) -> Response:
    """Every period that is shown, one a row, in yuan."""
    page = boards.board_page(db.session, slug)
    rows = [
        [
            str(row.period),
            *(reading.plain_yuan(fen) for fen in (row.opening, row.income, row.expense, row.closing)),
        ]
        for row in reversed(page.statements)
        if row.withdrawn_at is None
    ]
    headings = ["期间", "期初结余", "收入合计", "支出合计", "期末结余"]
    return send_csv([headings, *rows], file_name=f"{slug}-finances.csv")


@blueprint.get("/boards/<slug>/finances/<period>")
@public
def finance(slug: str, period: str) -> str:
    page = finances.finance_page(db.session, slug, period, page=page_number())
    return render_template("disclosures/finances.html", page=page, **_money_words(page))


@blueprint.get("/boards/<slug>/finances/<period>/print")
@public
def print_finance(slug: str, period: str) -> str:
    """Every line on paper, as many at once as a printer is given; the next ones are one press away."""
    page = finances.finance_page(db.session, slug, period, page=page_number(), size=finances.SHEETS)
    return render_template(
        "disclosures/finances_print.html",
        page=page,
        code=_code(url_for(".finance", slug=slug, period=period)),
        print_href=lambda n: url_for(".print_finance", slug=slug, period=period, page=n),
        printed_on=clock.today(),
        **_money_words(page),
    )


@blueprint.get("/boards/<slug>/finances/<period>.csv")
@public
def lines_csv(slug: str, period: str) -> Response:
    """Every line of what is shown, as it can be imported again, with the totals that are stated."""
    page = finances.finance_page(db.session, slug, period)
    lines = finances.all_lines(db.session, page.statement.id)
    rows = (exporting.texts(row) for row in exporting.rows(page, lines))
    return send_csv(itertools.chain([exporting.COLUMNS], rows), file_name=f"{slug}-{period}.csv")


@blueprint.get("/boards/<slug>/finances/<period>.xlsx")
@public
def lines_sheet(slug: str, period: str) -> Response:
    """The same as an Excel file, where it is not too long for one. Raises `NotFound`."""
    page = finances.finance_page(db.session, slug, period)
    if page.sums.lines > exporting.MOST_IN_SHEET:
        raise NotFound(N_("明细太长，请下载 CSV。"))
    lines = finances.all_lines(db.session, page.statement.id)
    answer = Response(exporting.sheet(page, lines), content_type=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{period}.xlsx"'
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/boards/<slug>/finances/<period>/lines/<key>")
@public
def line(slug: str, period: str, key: str) -> str:
    return _line_page(finances.line_page(db.session, slug, period, key), QuestionForm(formdata=None))


@blueprint.post("/boards/<slug>/finances/<period>/lines/<key>")
@requires(Permission.ASK_ABOUT_LINE)
def ask(slug: str, period: str, key: str) -> AnyResponse | tuple[str, int]:
    """Question a line; a refused question comes back with what was written."""
    page, form = finances.line_page(db.session, slug, period, key), QuestionForm()
    line_id = page.line.id
    refused = refusal_of(
        form,
        lambda: services.ask(
            db.session, line_id=line_id, question=form.question(), resident=current_actor(), key=_key()
        ),
    )
    if refused:
        return _line_page(finances.line_page(db.session, slug, period, key), form), refused
    flash(_("已经交给单位，答复会公开在这里。"), "ok")
    return go_to(url_for(".line", slug=slug, period=period, key=key))


@blueprint.post(
    "/boards/<slug>/finances/<period>/lines/<key>/<uuid:question_id>"
    "/<any(answered, evasive, not_answered, reopen):said>"
)
@requires(Permission.ASK_ABOUT_LINE)
def say_of_answer(slug: str, period: str, key: str, question_id: uuid.UUID, said: str) -> AnyResponse:
    """Keep what the asker says of the answer, or open the question again."""
    who = {"question_id": question_id, "resident": current_actor(), "key": _key()}
    with transaction(db.session):
        if said == "reopen":
            services.reopen(db.session, **who)  # type: ignore[arg-type]  # each has its own type
        else:
            services.grade(db.session, grade=AnswerGrade(said), **who)  # type: ignore[arg-type]  # as above
    flash(_("已经记下。"), "ok")
    return go_to(url_for(".line", slug=slug, period=period, key=key))


@blueprint.get("/boards/<slug>/<reference>")
@public
def posting(slug: str, reference: str) -> str:
    page = postings.posting_page(db.session, slug, reference)
    return render_template("disclosures/posting.html", page=page, **reading.words())


@blueprint.get("/boards/<slug>/<reference>/print")
@public
def print_posting(slug: str, reference: str) -> str:
    page = postings.posting_page(db.session, slug, reference)
    code = _code(url_for(".posting", slug=slug, reference=reference))
    return render_template(
        "disclosures/posting_print.html", page=page, code=code, printed_on=clock.today(), **reading.words()
    )


@blueprint.get("/disclosures/pictures/<token>.jpg")
@public
def picture(token: str) -> Response:
    found = postings.shown_file(db.session, token, is_picture=True)
    return send_stored(stored_name(found.token), content_type=PICTURE)


@blueprint.get("/disclosures/files/<token>")
@public
def document(token: str) -> Response:
    """Send a document to be saved and never shown: nothing in it is trusted."""
    found = postings.shown_file(db.session, token, is_picture=False)
    return send_download(stored_name(found.token), file_name=found.file_name)


@blueprint.get("/disclosures/pages/<token>.jpg")
@public
def first_page(token: str) -> Response:
    """The first page of a document, drawn by us."""
    found = postings.shown_page(db.session, token)
    return send_stored(page_name(found.token), content_type=PICTURE)


def _board(slug: str, template: str) -> str:
    page = boards.board_page(db.session, slug)
    shown = [row for row in page.statements if row.withdrawn_at is None]
    newest = shown[0] if shown else None
    series = [row for row in shown if newest and row.period.length is newest.period.length][
        : finances.MOST_CHARTED
    ][::-1]
    money = reading.Money(max((max(row.income, row.expense, row.closing) for row in series), default=0))
    return render_template(
        template,
        page=page,
        series=series,
        money=money,
        chart=reading.charted(series, money),
        finding=reading.finding(series),
        code=_code(url_for(".board", slug=slug)),
        printed_on=clock.today(),
        **reading.words(),
    )


def _money_words(page: FinancePage) -> dict[str, object]:
    stated = page.statement.stated
    money = reading.Money(max(stated.income, stated.expense, abs(stated.closing)))
    return {
        "money": money,
        "chart": reading.charted(page.series, money),
        "finding": reading.finding(page.series),
        "page_href": lambda n: url_for(".finance", slug=page.unit.slug, period=str(page.period), page=n),
        "Direction": Direction,
        "in_sheet": page.sums.lines <= exporting.MOST_IN_SHEET,
        **reading.words(),
    }


def _line_page(page: LinePage, form: QuestionForm) -> str:
    actor = current_actor()
    own: set[uuid.UUID] = set()
    if actor.id is not None and actor.is_resident and page.asked:
        marks = asking.own_marks(db.session, resident_id=actor.id, key=_key())
        own = {one.question_id for one in marks if one.is_theirs}
    return render_template(
        "disclosures/line.html",
        page=page,
        form=form,
        own=own,
        grades={grade.value: gettext(words) for grade, words in GRADE_WORDS.items()},
        term=profiles.in_force(db.session).term_of_line_questions,
        **reading.words(),
    )


def _key() -> QuestionKey:
    return QuestionKey.of(platform().keys)


def _code(path: str) -> str:
    return qr.of_public_address(platform().settings.public_url + path)
