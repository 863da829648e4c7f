"""The whole demonstration district is backed up on SQLite and stands again on SQLite and on PostgreSQL, as findable as before."""

import tomllib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from evalapp import wiring
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.demo import acts, loading
from evalapp.demo.filming import Film
from evalapp.demo.scripts import episodes, scripts
from evalapp.operate import backup, restoring, setting_up
from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.queries.search import hits
from evalapp.portal.services.indexing import remove
from evalapp.programme.models import Episode, Recording
from evalapp.programme.services import recordings
from tests.support.backups import PASSPHRASE, every_row
from tests.support.databases import new_postgres_database

ITS_DAY = datetime(2026, 11, 30, 1, tzinfo=UTC)
QUESTIONS, FOUND = 60, 55
QUICKLY = 250  # ms for a line


def replace_a_recording(platform: Platform) -> None:
    """As the long recordings of the demonstration do once they are filmed."""
    with platform.transaction() as session:
        first = session.query(Recording).filter(Recording.prepared_at.is_not(None)).first()
        assert first is not None
        second = recordings.deliver(
            session,
            first.episode_id,
            file_id=uuid.uuid4(),
            original_name="long.mp4",
            size=first.size,
            by=SYSTEM,
            reason="换成全片",
        )
        assert second.job_id is not None
        second.sha256 = first.sha256
        recordings.prepared(session, second.id, job_id=second.job_id, facts=first.facts)


def caption_what_is_said(platform: Platform) -> None:
    """As filming does, which takes its minutes: all that a script says, quickly enough for the clip that stands for it."""
    for planned in (one for one in episodes() if one.script):
        said = [line for chapter in scripts()[planned.script].chapters for line in chapter.lines]
        lines = tuple((place * QUICKLY, (place + 1) * QUICKLY, line) for place, line in enumerate(said))
        with platform.transaction() as session:
            watched = select(Recording.id).join(Episode).where(Episode.number == planned.number)
            recording_id = session.scalars(watched.order_by(Recording.delivered_at)).first()
            assert recording_id is not None
            film = Film(recording=Path(), lines=lines, chapters=())
            acts.caption_film(session, recording_id, film, by=SYSTEM)


def missed(platform: Platform, which: str) -> list[str]:
    """The questions whose page is not among the first three results."""
    asked = tomllib.loads((Path(__file__).parent / "queries.toml").read_text())[which]
    assert len(asked) == QUESTIONS

    def is_found(one: dict[str, Any]) -> bool:
        found = hits(session, one["words"])
        first = [*found.hits, *found.near][:3]
        titles = {"".join(piece.text for piece in hit.title) for hit in first if hit.kind is FoundKind.MATTER}
        paths = {urlsplit(hit.path).path for hit in first}
        return bool(paths & set(one["expects"]) or titles & set(one.get("titles", ())))

    with platform.session() as session:
        return [one["words"] for one in asked if not is_found(one)]


@pytest.mark.timeout(1500)
def test_the_demonstration_moves_to_another_machine_and_another_database(
    tmp_path: Path, postgres_server: str
) -> None:
    wiring.connect()
    here = Platform.open(Settings(data_dir=tmp_path / "here"))
    setting_up.set_up(here)
    with clock.at(ITS_DAY):
        loading.load(here, ballots=3, share=0.01, tell=lambda _line: None)
    caption_what_is_said(here)
    replace_a_recording(here)
    before, file = every_row(here), tmp_path / "district.tar"
    done = backup.back_up(here, file, passphrase=PASSPHRASE)
    here.close()
    assert (done.missing, done.rows) == ([], sum(len(rows) for rows in before.values()))
    with new_postgres_database(postgres_server) as url:
        for name, address in (("sqlite", ""), ("postgresql", url)):
            there = Platform.open(Settings(data_dir=tmp_path / name, database_url=address))
            restoring.restore(there, file, passphrase=PASSPHRASE)
            assert every_row(there) == before, name
            for which in ("first", "second"):
                assert len(missed(there, which)) <= QUESTIONS - FOUND, (name, missed(there, which))
            with there.transaction() as session:  # the planted defect: highlights are not found
                for path in session.scalars(
                    select(SearchEntry.path).where(SearchEntry.kind == FoundKind.HIGHLIGHT)
                ):
                    remove(session, path)
            assert len(missed(there, "first")) > QUESTIONS - FOUND
            there.close()
