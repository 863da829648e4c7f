"""Whole tables of powers on the desks: of one unit on its own, of all units on the office's."""

import csv
import io
import tempfile
import uuid
from pathlib import Path

from flask import Response
from werkzeug.datastructures import FileStorage

from evalapp.core import clock
from evalapp.core.commandline import keeping
from evalapp.core.rowfiles import rows_of
from evalapp.core.workbooks import Table, workbook
from evalapp.powers import services
from evalapp.powers.queries import tables
from evalapp.powers.rules import rows as columns
from evalapp.powers.services.importing import Imported
from evalapp.web.access import current_actor
from evalapp.web.context import db, platform
from evalapp.web.i18n import _

MOST_UPLOAD = 10 * 1024**2
_MOST_ROWS = 2_000  # a page's work; a longer table is the command's: evalapp power import
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sent_table(kind: str, *, unit_id: uuid.UUID | None = None) -> Response:
    """Send the published powers as a table that can be handed in again; all units' without `unit_id`."""
    names = list(columns.HEADINGS)
    cells = [[row[name] for name in names] for row in tables.exported(db.session, unit_id=unit_id)]
    headings = [columns.HEADINGS[name] for name in names]
    if kind == "xlsx":
        answer = Response(
            workbook([Table(name="权力清单", columns=headings, rows=cells)]), content_type=_XLSX
        )
    else:
        text = io.StringIO()
        csv.writer(text).writerows([headings, *cells])
        answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="powers-{clock.today()}.{"xlsx" if kind == "xlsx" else "csv"}"'
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def taken_table(given: FileStorage, *, dry_run: bool, unit_id: uuid.UUID | None = None) -> Imported:
    """Take over a table, or only look at it. Raises `FaultyFile`, which names every cell at fault."""
    with tempfile.NamedTemporaryFile(dir=platform().settings.uploads_dir) as file:
        given.save(file)
        file.flush()
        rows = rows_of(
            Path(file.name),
            columns=columns.COLUMNS,
            required=columns.REQUIRED,
            most_rows=_MOST_ROWS,
            name=given.filename or "",
        )
        table = services.read_powers(db.session, rows=rows, unit_id=unit_id)
    with keeping(platform(), dry_run=dry_run) as session:
        return services.import_powers(session, table, actor=current_actor())


def told_import(found: Imported, *, dry_run: bool) -> str:
    """What an import came to, in a sentence."""
    counts = {"made": found.made, "changed": found.changed, "same": found.unchanged}
    if dry_run:
        return _(
            "检查过了，没有问题：新的 %(made)s 项，改动 %(changed)s 项，没变 %(same)s 项。没有导入。",
            **counts,
        )
    return _("已导入并公布：新的 %(made)s 项，改动 %(changed)s 项，没变 %(same)s 项。", **counts)
