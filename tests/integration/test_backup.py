"""A backup brings everything back on either database: the same people, the same tally, the same search.

Without the keepers' file the boxes cannot be counted, and `restore` names them.
"""

from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from evalapp.accounts import vault
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.platform import Platform
from evalapp.operate import backup, restoring
from evalapp.operate.commands import restore as restore_command
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import search
from evalapp.portal.services import indexing
from evalapp.portal.services.indexing import Findable
from evalapp.results.services import opening
from tests.support.accounts import phone
from tests.support.backups import KEEPERS, PASSPHRASE, Places, every_row, is_untouched
from tests.support.ballots import Polling
from tests.support.counting import Office


@dataclass(frozen=True, kw_only=True)
class Kept:
    person: str
    episode: object


@pytest.fixture
def kept(places: Places) -> Kept:
    """A person, a closed box, a file and a page that can be found; the backup and the keepers' file of them."""
    here, polling = places.here, Polling(places.here)
    with here.transaction() as session:
        person = vault.keep(session, here.keys, phone(7))
        vault.settle(session, person)
        indexing.keep_in_step(
            session, [Findable(kind=FoundKind.UNIT, path="/units/water", title="区水务局", body="管水的")]
        )
    episode = polling.announce()
    for voter, grades in zip(polling.voters(3), [(5, 4, 3), (1, 1, 1), (2, 5, 5)], strict=True):
        polling.cast(episode, voter, grades)
    Office(polling).close(episode)
    polling.booths.close()
    picture = places.folder / "picture"
    picture.write_bytes(b"a picture")
    here.storage.put("abc/picture.jpg", picture)
    backup.back_up(here, places.file, passphrase=PASSPHRASE)
    backup.back_up_box_keys(here, places.keepers_file, passphrase=KEEPERS)
    return Kept(person=person, episode=episode)


def tally(platform: Platform, episode) -> object:
    polling = Polling(platform)
    with platform.transaction() as session:
        grading = polling.grading(episode)
        return opening.open_boxes(session, grading, episode, keepers=polling.keepers).counts()


def test_a_restore_brings_back_people_tallies_files_and_the_search(places: Places, kept: Kept) -> None:
    before, rows = tally(places.here, kept.episode), every_row(places.here)

    there = places.empty()
    done = restoring.restore(there, places.file, passphrase=PASSPHRASE)
    keys = backup.opened_box_keys(places.keepers_file, passphrase=KEEPERS)
    backup.restore_box_keys(there, keys)

    assert vault.person_id(there.keys, phone(7)) == kept.person
    with there.session() as session:
        assert vault.number_of(session, there.keys, kept.person) == phone(7)
        assert [hit.path for hit in search.hits(session, "水务").hits] == ["/units/water"]
    assert every_row(there) == rows
    assert done.rows == sum(len(each) for each in rows.values())
    assert (there.settings.media_dir / "abc/picture.jpg").read_bytes() == b"a picture"
    assert backup.boxes_without_key(there) == []
    assert tally(there, kept.episode) == before
    office = Office(Polling(there))
    assert office.count(office.polling.grading(kept.episode)) == 3


def test_without_the_keepers_file_the_boxes_that_cannot_be_counted_are_named(
    places: Places, kept: Kept
) -> None:
    there = places.empty()
    done = CliRunner().invoke(
        restore_command, [str(places.file)], obj=there, env={"EVALAPP_BACKUP_PASSPHRASE": PASSPHRASE}
    )
    assert done.exit_code == 0, done.output
    for group in ("resident", "client", "panel"):
        assert f"{kept.episode.reference}.{group}: its key is not here" in done.stderr
    with pytest.raises(Conflict):
        tally(there, kept.episode)


def test_a_wrong_passphrase_is_refused_before_anything_is_written(places: Places, kept: Kept) -> None:
    there = places.empty()
    with pytest.raises(Invalid):
        restoring.restore(there, places.file, passphrase="something else")
    with pytest.raises(Invalid):
        backup.opened_box_keys(places.keepers_file, passphrase=PASSPHRASE)
    assert is_untouched(there)


def test_a_damaged_file_is_refused_before_anything_is_written(places: Places, kept: Kept) -> None:
    there, whole = places.empty(), places.file.read_bytes()
    middle = whole.index(b"a picture")
    for damaged in (
        whole[:middle] + b"A" + whole[middle + 1 :],
        whole[: len(whole) // 2],
        whole[1000:],
        b"",
    ):
        places.file.write_bytes(damaged)
        with pytest.raises(Invalid):
            restoring.restore(there, places.file, passphrase=PASSPHRASE)
        assert is_untouched(there)


def test_a_place_with_data_is_not_written_over(places: Places, kept: Kept) -> None:
    before = every_row(places.here)
    with pytest.raises(Conflict):
        restoring.restore(places.here, places.file, passphrase=PASSPHRASE)
    assert every_row(places.here) == before


def test_a_restore_that_forgets_the_search_or_a_person_is_noticed(
    places: Places, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defects: no full text after the restore, and service keys of its own instead of those kept."""
    monkeypatch.setattr(indexing, "renew_full_text", lambda _session: None)
    monkeypatch.setattr(restoring, "unpack", lambda _content, folder: folder.mkdir(parents=True))
    there = places.empty()
    restoring.restore(there, places.file, passphrase=PASSPHRASE)

    assert vault.person_id(there.keys, phone(7)) != kept.person
    with there.session() as session:
        if there.engine.dialect.name == "sqlite":
            assert session.scalar(text("SELECT count(*) FROM search_words")) == 0
            assert search.hits(session, "水务").total == 0
