"""What tracing a case costs: python -m scripts.bench.tracing [DATABASE_URL].

A case of a dozen events with a pause, asked for as an applicant's browser does once it is open: CPU of the whole process, over that of
a bare view of the same application in the same round; medians of five rounds. Also finding it by number and code.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import select

from evalapp import schema, wiring
from evalapp.approvals.models import Case
from evalapp.approvals.services import tracing
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.factory import create_app
from evalapp.web.access import public
from tests.support.cases import Cases
from tests.support.strict_client import StrictClient

ROUNDS, TIMES = 5, 100
KINDS = "submitted papers_asked supplied accepted paused resumed charged extended complained"


@public
def bare() -> Response:
    """Nothing but Flask and our guards."""
    return Response("<!doctype html><title>bare</title>", content_type="text/html; charset=utf-8")


def main() -> None:
    """Make a case, open it, and ask in turn."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else ""
        platform = Platform.open(read_settings(data_dir=Path(folder) / "var", database_url=url))
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        app = create_app(platform)
        app.add_url_rule("/bare", "bare", bare)
        cases = Cases(platform)
        reference, code = made(cases)
        browser = StrictClient(app)
        browser.post("/cases", {"number": reference, "code": code})
        for name, kinds in (("under way", ()), ("over, with the form of grading", ("decided", "delivered"))):
            if kinds:
                cases.take([cases.event(kind, "A-1", clock.now()) for kind in kinds])
            assert reference in browser.client.get("/cases/mine").get_data(as_text=True)
            told(name, lambda: browser.client.get("/cases/mine"), browser.client)
        with platform.session() as session:
            found = [spent(lambda: tracing.queries.candidates(session, "A-1")) for _ in range(ROUNDS)]
        print(f"the unit's own number looked up: {statistics.median(found):.2f} ms CPU")
        platform.close()


def made(cases: Cases) -> tuple[str, str]:
    """A case that went through most of what can happen."""
    begun = clock.now() - timedelta(hours=20)
    more = {
        "paused": {"ground": "hearing"},
        "papers_asked": {"reason": "租赁合同原件"},
        "extended": {"days": 5, "reason": "情况复杂", "approved_by": "分管领导"},
    }
    cases.take(
        [
            cases.event(kind, "A-1", begun + timedelta(hours=n), **more.get(kind, {}))
            for n, kind in enumerate(KINDS.split())
        ]
    )
    with cases.platform.session() as session:
        reference = session.scalars(select(Case.reference)).one()
    return reference, tracing.code_of(cases.platform.keys, reference)


def told(name: str, ask: Callable[[], object], client: FlaskClient) -> None:
    """Ask in turn with a bare view, and print the medians and their ratio."""
    pages, floors = [], []
    for _ in range(ROUNDS):
        pages.append(spent(ask))
        floors.append(spent(lambda: client.get("/bare")))
    ratio = statistics.median(page / floor for page, floor in zip(pages, floors, strict=True))
    page, floor = statistics.median(pages), statistics.median(floors)
    print(f"{name}: {page:.2f} ms CPU, a bare view {floor:.2f}, ratio {ratio:.1f}, net {page - floor:.2f} ms")


def spent(ask: Callable[[], object]) -> float:
    """CPU of this process for one, in ms."""
    begun = time.process_time()
    for _ in range(TIMES):
        ask()
    return (time.process_time() - begun) * 1000 / TIMES


if __name__ == "__main__":
    main()
