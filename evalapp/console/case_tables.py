"""Tables of events that a unit hands in at its desk, each row answered; and an empty one to begin with."""

import csv
import io
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Response
from werkzeug.datastructures import FileStorage

from evalapp.approvals.rules import rows as columns
from evalapp.approvals.services import importing
from evalapp.core.commandline import keeping
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import read_rows
from evalapp.web.context import platform
from evalapp.web.i18n import gettext

MOST_UPLOAD = 10 * 1024**2
_MOST_ROWS = 5_000  # a page's work; a longer table is the command's: evalapp case import


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that was not taken, by its number in the sheet, and why."""

    row: int
    detail: str


@dataclass(frozen=True, kw_only=True)
class TakenTable:
    """The answer to a table."""

    accepted: int
    duplicate: int
    refused: Sequence[RefusedRow]
    is_kept: bool


def taken_table(given: FileStorage, *, unit_id: uuid.UUID, dry_run: bool, actor: Actor) -> TakenTable:
    """Take a table, or only answer it. Raises `FaultyFile` where a row cannot be read: then none is taken."""
    with tempfile.NamedTemporaryFile(dir=platform().settings.uploads_dir) as file:
        given.save(file)
        file.flush()
        rows = read_rows(
            Path(file.name),
            columns=columns.COLUMNS,
            required=columns.REQUIRED,
            most_rows=_MOST_ROWS,
            name=given.filename or "",
        )
    with keeping(platform(), dry_run=dry_run) as session:
        taken = importing.import_at_desk(session, platform().keys, unit_id=unit_id, rows=rows, actor=actor)
    return TakenTable(
        accepted=taken.accepted,
        duplicate=taken.duplicate,
        refused=[
            RefusedRow(row=rows[each.index].number, detail=gettext(each.detail)) for each in taken.refused
        ],
        is_kept=not dry_run,
    )


def example_table() -> Response:
    """Send a table with its headings alone."""
    text = io.StringIO()
    csv.writer(text).writerow(columns.HEADINGS.values())
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="events.csv"'
    return answer
