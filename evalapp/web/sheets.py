"""Tables that are sent row by row as they are read, for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

from evalapp.web.context import db

_COMPUTED = frozenset("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"-\d+(\.\d+)?")


def plain_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; a number below nothing stays one."""
    return f"'{cell}" if cell[:1] in _COMPUTED and not _NUMBER.fullmatch(cell) else cell


def send_csv(rows: Iterable[Sequence[str]], *, file_name: str) -> Response:
    """Send rows as a CSV to be saved; what a spreadsheet would compute is made plain text.

    `rows` may be read from the request's database session while they are sent: the request has ended by then, and the
    session, which begins anew for them, is closed behind the last one or when nobody listens any more.
    """
    session = db.session

    def written() -> Iterator[str]:
        try:
            yield "\ufeff"
            for row in rows:
                out = io.StringIO()
                csv.writer(out).writerow([plain_cell(cell) for cell in row])
                yield out.getvalue()
        finally:
            session.close()

    answer = Response(stream_with_context(written()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    answer.headers["Cache-Control"] = "no-cache"
    return answer
