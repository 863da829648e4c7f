"""What is wrong with a table that was handed in, said cell by cell."""

from collections.abc import Iterable

from evalapp.core.errors import DomainError
from evalapp.core.rowfiles import Fault, FaultyFile
from evalapp.web.i18n import _, sentence


def told_faults(refusal: DomainError) -> list[tuple[str, str]]:
    """Each fault of a table that was refused, with its cell or row, in the reader's language; none of another refusal."""
    faults: Iterable[Fault] = refusal.faults if isinstance(refusal, FaultyFile) else ()
    return [(fault.cell or _("第 %(row)s 行", row=fault.row), sentence(fault.error)) for fault in faults]
