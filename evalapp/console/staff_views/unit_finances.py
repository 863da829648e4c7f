"""The unit's finances: importing a period, looking at it, publishing it; the budget. Another unit's do not exist here."""

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.console.faults import told_faults
from evalapp.console.forms.unit_boards import BudgetForm, ImportForm, PublishStatementForm
from evalapp.console.forms.unit_pledges import WithdrawForm
from evalapp.core import clock
from evalapp.core.commandline import keeping
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.rowfiles import rows_of
from evalapp.core.transaction import transaction
from evalapp.disclosures import reading, services
from evalapp.disclosures.models import FinanceStatement
from evalapp.disclosures.queries import desk, finances
from evalapp.disclosures.queries.finances import FinancePage
from evalapp.disclosures.rules.finances import Direction
from evalapp.disclosures.services import importing, statements
from evalapp.disclosures.services.importing import Imported
from evalapp.supervision.reading import page_number
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import FORM_PREFIX, takes
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_finances", __name__, url_prefix="/desk/unit/finances")
_MOST_BYTES = 20 * 1024**2
_MOST_LINES = 20_000  # a page's work; a longer table is the command's: evalapp disclosure import
_SAMPLE = (
    "类别,科目,事由,收付对象,金额,日期,凭证号,经手,民主理财小组,审批,会计\r\n"
    "期初结余,,,,10000.00,,,,,,\r\n"
    "收入,上级补助,公益事业补助,街道财政,5000.00,2026-07-08,记-0001,报账员,理财小组组长,村委会主任,会计岗\r\n"
    "支出,道路维修,村道补坑,工程单位,3200.50,2026-08-15,记-0002,报账员,理财小组组长,村委会主任,会计岗\r\n"
    "收入合计,,,,5000.00,,,,,,\r\n"
    "支出合计,,,,3200.50,,,,,,\r\n"
    "期末结余,,,,11799.50,,,,,,\r\n"
)
_T = TypeVar("_T")


@blueprint.get("/import")
@requires(Permission.KEEP_UNIT)
def start() -> str:
    return _import_page(ImportForm(formdata=None, period=request.args.get("period", "")[:10], dry_run=True))


@blueprint.post("/import")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_BYTES + 1024**2, to_disk=True)
def take() -> AnyResponse | tuple[str, int] | str:
    """Take a period over as a draft, or only look at it; every cell at fault is named."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _import_page(form), 422
    try:
        outcome = _with_file(form.file.data, lambda path, name: _take(form, path, name))
    except DomainError as refusal:
        form.refuse(refusal)
        return _import_page(form, faults=told_faults(refusal)), refusal.status
    if outcome.statement_id is None:
        return _import_page(form, looked=outcome)
    flash(_("已导入 %(count)s 笔，还没有公开。请看过再公开。", count=outcome.lines), "ok")
    return go_to(url_for(".show", statement_id=outcome.statement_id))


@blueprint.get("/sample.csv")
@requires(Permission.KEEP_UNIT)
def sample() -> Response:
    """A table to begin with."""
    answer = Response("\ufeff" + _SAMPLE, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="sample.csv"'
    return answer


@blueprint.get("/<uuid:statement_id>")
@requires(Permission.KEEP_UNIT)
def show(statement_id: uuid.UUID) -> str:
    return _page(statement_id)


@blueprint.post("/<uuid:statement_id>/publish")
@requires(Permission.KEEP_UNIT)
def publish(statement_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    form = PublishStatementForm(prefix="publish-")
    _own(statement_id)
    refused = refusal_of(
        form,
        lambda: services.publish_statement(
            db.session,
            statement_id=statement_id,
            difference_reason=form.difference_reason.data or "",
            actor=current_actor(),
        ),
    )
    if refused:
        return _page(statement_id, publishing=form), refused
    flash(_("已经公开。"), "ok")
    return go_to(url_for(".show", statement_id=statement_id))


@blueprint.post("/<uuid:statement_id>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(statement_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    form = WithdrawForm(prefix="withdraw-")
    _own(statement_id)
    refused = refusal_of(
        form,
        lambda: services.withdraw_statement(
            db.session, statement_id=statement_id, reason=form.reason.data, actor=current_actor()
        ),
    )
    if refused:
        return _page(statement_id, withdrawing=form), refused
    flash(_("已经撤回，公开栏上留下撤回的记号和原因。"), "ok")
    return go_to(url_for(".show", statement_id=statement_id))


@blueprint.post("/<uuid:statement_id>/drop")
@requires(Permission.KEEP_UNIT)
def drop(statement_id: uuid.UUID) -> AnyResponse:
    _own(statement_id)
    with transaction(db.session):
        services.drop_statement(db.session, statement_id=statement_id, actor=current_actor())
    flash(_("草稿已删掉。"), "ok")
    return go_to(url_for("unit_boards.index"))


@blueprint.get("/budget")
@requires(Permission.KEEP_UNIT)
def budget() -> str:
    return _budget_page(BudgetForm(formdata=None, year=clock.today().year))


@blueprint.post("/budget")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_BYTES + 1024**2, to_disk=True)
def set_budget() -> AnyResponse | tuple[str, int]:
    form = BudgetForm()
    if not form.validate_on_submit():
        return _budget_page(form), 422
    try:
        count = _with_file(form.file.data, lambda path, name: _set_budget(form, path, name))
    except DomainError as refusal:
        form.refuse(refusal)
        return _budget_page(form, faults=told_faults(refusal)), refusal.status
    flash(_("%(year)s 年的预算有 %(count)s 个科目。", year=form.year.data, count=count), "ok")
    return go_to(url_for(".budget"))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own(statement_id: uuid.UUID) -> FinanceStatement:
    return desk.statement_of_unit(db.session, statement_id, unit_id=_own_unit().id)[0]


def _with_file(handed: Any, use: Callable[[Path, str], _T]) -> _T:
    """Put what was handed in where it can be read row by row, and take it away again."""
    path = platform().settings.uploads_dir / f"{FORM_PREFIX}{uuid.uuid4().hex}"
    try:
        handed.save(path)
        return use(path, handed.filename or "")
    finally:
        path.unlink(missing_ok=True)


def _take(form: ImportForm, path: Path, name: str) -> Imported:
    unit_id, is_dry = _own_unit().id, bool(form.dry_run.data)
    with keeping(platform(), dry_run=is_dry) as session:
        return services.import_statement(
            session,
            board_id=services.ensure_board(session, unit_id=unit_id).id,
            period=form.period.data,
            rows=rows_of(
                path,
                columns=importing.COLUMNS,
                required=importing.REQUIRED,
                most_rows=_MOST_LINES,
                name=name,
            ),
            reason=form.reason.data or "",
            dry_run=is_dry,
            actor=current_actor(),
        )


def _set_budget(form: BudgetForm, path: Path, name: str) -> int:
    unit_id = _own_unit().id
    with transaction(db.session):
        return services.set_budget(
            db.session,
            board_id=services.ensure_board(db.session, unit_id=unit_id).id,
            year=form.year.data,
            rows=rows_of(
                path,
                columns=statements.BUDGET_COLUMNS,
                required=statements.BUDGET_REQUIRED,
                most_rows=1_000,
                name=name,
            ),
            actor=current_actor(),
        )


def _import_page(
    form: ImportForm, *, faults: Sequence[tuple[str, str]] = (), looked: Imported | None = None
) -> str:
    return render_template(
        "console/boards/import.html",
        unit=_own_unit(),
        form=form,
        faults=faults,
        looked=looked,
        most_lines=_MOST_LINES,
        money=reading.Money(0),
        **reading.words(),
    )


def _budget_page(form: BudgetForm, *, faults: Sequence[tuple[str, str]] = ()) -> str:
    return render_template(
        "console/boards/budget.html", unit=_own_unit(), form=form, faults=faults, **reading.words()
    )


def _page(
    statement_id: uuid.UUID,
    *,
    publishing: PublishStatementForm | None = None,
    withdrawing: WithdrawForm | None = None,
) -> str:
    statement, board, unit = desk.statement_of_unit(db.session, statement_id, unit_id=_own_unit().id)
    page: FinancePage = finances.page_of_statement(db.session, statement, board, unit, page=page_number())
    return render_template(
        "console/boards/statement.html",
        unit=unit,
        page=page,
        money=reading.Money(0),
        Direction=Direction,
        publishing=publishing or PublishStatementForm(formdata=None, prefix="publish-"),
        withdrawing=withdrawing or WithdrawForm(formdata=None, prefix="withdraw-"),
        page_href=lambda n: url_for(".show", statement_id=statement_id, page=n),
        **reading.words(),
    )
