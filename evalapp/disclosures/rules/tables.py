"""Reads a list that somebody typed or pasted: one row a line, the first line its heading."""

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.disclosures.rules.contents import Listed

MOST_COLUMNS = 12
MOST_ROWS = 1_000
CELL_LIMIT = 120
_SIGNS = ("\t", "|", "，", ",")  # as pasted from a sheet first


def read_table(text: str, *, field: str = "table") -> Listed:
    """Return the list in `text`; an empty text is none. Raises `Invalid`, which names the line."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        return Listed()
    sign = next((sign for sign in _SIGNS if sign in lines[0][1]), "\t")
    columns = _cells(lines[0][1], sign)
    if not all(columns):
        raise Invalid(N_("名单的第一行是列名，每一列都要有名字。"), field=field)
    if len(columns) > MOST_COLUMNS:
        raise Invalid(N_("名单最多 %(most)s 列。"), field=field, most=MOST_COLUMNS)
    if len(lines) - 1 > MOST_ROWS:
        raise Invalid(N_("名单最多 %(most)s 行。"), field=field, most=MOST_ROWS)
    rows: list[list[str]] = []
    for number, line in lines[1:]:
        cells = _cells(line, sign)
        if len(cells) != len(columns):
            raise Invalid(
                N_("名单第 %(line)s 行有 %(found)s 格，列名有 %(wanted)s 个。"),
                field=field,
                line=number,
                found=len(cells),
                wanted=len(columns),
            )
        rows.append(cells)
    if any(len(cell) > CELL_LIMIT for row in [columns, *rows] for cell in row):
        raise Invalid(N_("名单每一格最多 %(limit)s 个字。"), field=field, limit=CELL_LIMIT)
    return Listed(columns=columns, rows=rows)


def written_table(table: Listed) -> str:
    """Return a list as it is typed."""
    return "\n".join(" | ".join(row) for row in [table.columns, *table.rows] if row)


def _cells(line: str, sign: str) -> list[str]:
    return [cell.strip() for cell in line.strip("\n").split(sign)]
