"""Powers, flowcharts and guides after a backup was restored: every page reads as before, every file is there."""

from dataclasses import dataclass, replace

import pytest

from evalapp.core.platform import Platform
from evalapp.factory import create_app
from evalapp.operate import backup, restoring
from evalapp.powers import services
from evalapp.powers.models import ItemFile, Power
from evalapp.powers.services.items.files import stored_name_of
from tests.support.backups import PASSPHRASE, Places, every_row
from tests.support.flowcharts import days
from tests.support.items import PAPERS, ItemFactory
from tests.support.pledges import WRITER
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

FORM = b"%PDF-1.4 the form of a guide"


@dataclass(frozen=True, kw_only=True)
class District:
    paths: tuple[str, ...]
    file: ItemFile


@pytest.fixture
def district(places: Places) -> District:
    """A tree of powers, a second version, a withdrawn one, a draft, and a guide with a form to download."""
    here = places.here
    unit, items = UnitFactory(here).department(), ItemFactory(here)
    powers = items.powers
    above = powers.published(unit)
    below = powers.published(unit, code=f"{above.code}-01", parent=above.code)
    powers.changed(below, promised=days(12))
    gone = powers.published(unit)
    with here.transaction() as session:
        services.withdraw_power(session, power_id=gone.id, reason="依据已废止", actor=WRITER)
    powers.draft(unit)
    item = items.draft(unit)
    file = items.file(item, content=FORM)
    items.changed(item, papers=(replace(PAPERS[0], form=file.token), *PAPERS[1:]))
    return District(
        paths=(
            f"/powers/{above.code}",
            f"/powers/{below.code}",
            f"/powers/{gone.code}",
            f"/powers/{below.code}/flowchart.bpmn",
            f"/services/{item.code}",
            "/powers/years.csv",
            f"/services/files/{file.token}",
        ),
        file=file,
    )


def read(platform: Platform, district: District) -> dict[str, bytes]:
    browser = StrictClient(create_app(platform))
    found = {}
    for path in district.paths:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        found[path] = answer.data
        answer.close()
    return found


def test_powers_and_guides_read_the_same_where_they_were_restored(places: Places, district: District) -> None:
    pages, rows = read(places.here, district), every_row(places.here)
    assert pages[district.paths[-1]] == FORM
    backup.back_up(places.here, places.file, passphrase=PASSPHRASE)
    there = places.empty()
    restoring.restore(there, places.file, passphrase=PASSPHRASE)
    assert every_row(there) == rows
    with there.session() as session:
        assert session.query(Power).filter(Power.parent_id.is_not(None)).count() == 1
    assert read(there, district) == pages


def test_a_form_that_is_gone_is_named_by_the_backup(places: Places, district: District) -> None:
    """The planted defect: a file of a guide is no longer in the storage."""
    places.here.storage.remove(stored_name_of(district.file.token))
    done = backup.back_up(places.here, places.file, passphrase=PASSPHRASE)
    assert done.gone == [f"申请表.pdf ({stored_name_of(district.file.token)})"]
