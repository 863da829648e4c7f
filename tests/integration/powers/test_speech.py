"""What is read aloud of guides: recorded when one is published, kept by what it says, served by ranges, gone with it."""

import io
import wave

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import jobs
from evalapp.core.jobs import Job, JobState
from evalapp.core.platform import Platform
from evalapp.powers.models import Recorded, ServiceItem
from evalapp.powers.queries import items as queries
from evalapp.powers.rules.items.spoken import PAGES, spoken
from evalapp.powers.services import items as services
from evalapp.powers.services.items import speech
from evalapp.units.models import Unit
from tests.support.items import ItemFactory
from tests.support.pledges import WRITER
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区卫生健康局", short_name="卫健局", slug="weijian")


def work(platform: Platform) -> None:
    """Do what was asked for and is about speech."""
    with platform.session() as session:
        asked = session.scalars(
            select(Job.id).where(Job.kind == speech.RECORD, Job.state == JobState.WAITING)
        ).all()
    for job_id in asked:
        jobs.run(platform, job_id)
    with platform.session() as session:
        assert not session.scalars(select(Job.error).where(Job.state == JobState.FAILED)).all()


def change(platform: Platform, item: ServiceItem, items: ItemFactory, **text: object) -> None:
    with platform.transaction() as session:
        services.save_draft(
            session, item_id=item.id, text=items.text(**text), seen_revision=None, actor=WRITER
        )
        services.publish_item(session, item_id=item.id, reason="搬了地方", actor=WRITER)


def marks(platform: Platform, item: ServiceItem) -> list[str]:
    with platform.session() as session:
        return queries.recorded(session, item.id)


def test_a_published_guide_is_read_aloud(
    platform: Platform, browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    path = f"/kiosk/services/{item.code}"
    assert "data-read" not in browser.get(path).get_data(as_text=True)
    work(platform)
    found = marks(platform, item)
    assert found == [piece.mark for piece in spoken(items.text())]
    assert f'data-read="{" ".join(found)}"' in browser.get(path).get_data(as_text=True)
    answer = browser.get(f"/services/speech/{found[0]}.wav")
    assert answer.mimetype == "audio/wav"
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert sound.getnframes() > sound.getframerate()
    answer.close()


def test_a_part_of_a_recording_is_sent_by_its_range(
    platform: Platform, browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    work(platform)
    address = f"/services/speech/{marks(platform, item)[0]}.wav"
    part = browser.get(address, headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    part.close()
    assert browser.get(address, headers={"Range": "bytes=999999999-"}).status_code == 416
    for strange in ("0" * 40, "../evalapp", "x"):
        assert browser.get(f"/services/speech/{strange}.wav").status_code == 404


def test_what_a_guide_no_longer_says_is_removed_and_the_rest_stays(
    platform: Platform, unit: Unit, items: ItemFactory
) -> None:
    item, other = items.published(unit), items.published(unit)
    work(platform)
    before = marks(platform, item)
    change(platform, item, items, place="政务中心 1 楼")
    work(platform)
    after = marks(platform, item)
    assert before[:3] == after[:3]
    assert before[3] != after[3]
    assert platform.storage.find(speech.file_name(before[3]))  # the other guide still says it
    change(platform, other, items, place="政务中心 1 楼")
    work(platform)
    assert list(platform.storage.names("speech")) == sorted(speech.file_name(mark) for mark in after)


def test_a_withdrawn_guide_is_not_read_aloud(
    platform: Platform, session: Session, unit: Unit, items: ItemFactory
) -> None:
    item = items.published(unit)
    work(platform)
    with platform.transaction() as own:
        services.withdraw_item(own, item_id=item.id, reason="不办了", actor=WRITER)
    work(platform)
    assert session.scalars(select(Recorded)).all() == []
    assert list(platform.storage.names("speech")) == []


def test_pages_and_every_guide_are_asked_for_anew(
    platform: Platform, browser: StrictClient, unit: Unit, items: ItemFactory
) -> None:
    items.published(unit)
    with platform.transaction() as session:
        assert speech.ask_for_all(session) == 2
    work(platform)
    with platform.session() as session:
        assert queries.recorded(session, None) == [piece.mark for piece in PAGES]
    assert PAGES[0].mark in browser.get("/kiosk").get_data(as_text=True)
