"""What another calendar costs: python -m scripts.bench.recounting [CASES] [OPEN] [DATABASE_URL].

Lays out CASES cases of a year in thirty units, OPEN of them open and in time, takes a working day next week off, and lets them be counted again as
the worker does. Everything happens in a folder of its own.
"""

import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from evalapp.approvals.models import Case
from evalapp.approvals.services import recounting
from evalapp.core import calendar, clock
from evalapp.core.calendar import DayKind
from evalapp.core.permissions import SYSTEM
from scripts.bench.monitor import laid_out

DAYS = 3  # that open cases have run: nothing of them is late


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    open_ones = int(sys.argv[2]) if len(sys.argv) > 2 else cases // 5
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with laid_out(cases, open_ones, url, weeks=DAYS / 7) as platform:
        # As their own terms say, and not as they were laid out.
        recounting.recount(platform, last=clock.today())
        with platform.transaction() as session:
            known = calendar.load(session)
            day = known.shifted(clock.today() + timedelta(days=1), 1)
            calendar.change_day(session, day=day, kind=DayKind.HOLIDAY, note="", actor=SYSTEM)
        began, cpu = time.perf_counter(), time.process_time()
        moved = recounting.recount(platform, last=day)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        with platform.session() as session:
            wanted = select(func.count()).where(Case.closed_at.is_(None), Case.due_at.is_not(None))
            assert session.scalar(wanted) == open_ones
        print(f"{moved:,} open cases moved in {took:.1f} s ({cpu:.1f} s CPU of this process)")


if __name__ == "__main__":
    main()
