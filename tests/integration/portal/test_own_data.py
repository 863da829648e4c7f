"""A copy of everything that is kept about a resident is whole, and erasing leaves nothing that names them.

Every column of the schema that names a resident or a person stands here: whoever adds one says where it is shown.
"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from evalapp import schema
from evalapp.accounts import vault_mail
from evalapp.accounts.models import KeptPersonId
from evalapp.accounts.services import residents
from evalapp.accounts.vault_mail import Owner
from evalapp.approvals.models import CaseQuiet
from evalapp.ballots.models import ClientCode, PanelInvitation, StaffListEntry
from evalapp.ballots.services import standings
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.notifications.models import Letter, Reader
from evalapp.programme.models import Episode
from evalapp.units.models import Unit
from tests.support.accounts import Outbox, People, SignedInResident
from tests.support.ballots import Polling
from tests.support.cases import Cases

# Column → where the copy shows it.
SHOWN = {
    "case_quiets.person_id": "no_messages_about_cases",
    "cases.person_id": "applications",
    "client_codes.resident_id": "client_of",
    "code_requests.person_id": "account.codes_asked_at",
    "consents.resident_id": "account.consents",
    "kept_person_ids.person_id": "account.numbers_changed_at",
    "kept_person_ids.resident_id": "account.numbers_changed_at",
    "letters.resident_id": "letters_waiting",
    "mail_addresses.resident_id": "account.mail",
    "panel_invitations.person_id": "invitations",
    "readers.resident_id": "letters",
    "residents.id": "account.member_since",
    "residents.person_id": "account.phone",  # a keyed hash of it
    "sessions.resident_id": "account.sign_ins",
    "staff_list_entries.person_id": "staff_lists",
    "vault.person_id": "account.phone",
    "vault_applicants.person_id": "applications",
}
# What erasing leaves, and why.
STAYS = {
    "code_requests.person_id": "for a day, so that erasing does not begin the limits anew",
    "consents.resident_id": "the proof that there was one",
    "kept_person_ids.person_id": "until the boxes are final, so that nobody votes twice",
    "kept_person_ids.resident_id": "until the boxes are final, so that nobody votes twice",
    "panel_invitations.person_id": "the office's list of invited numbers: it holds for whoever has the number",
    "residents.id": "the row without number, until the boxes are final",
    "residents.person_id": "until the boxes are final, so that nobody votes twice",
    "staff_list_entries.person_id": "the unit's list of its staff's numbers",
}
SECRET = bytes(32)


def naming(tables: list[Table]) -> set[str]:
    """The columns that name a resident or a person."""
    return {
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if column.name in {"resident_id", "person_id"}
        or any(key.target_fullname == "residents.id" for key in column.foreign_keys)
        or (table.name == "residents" and column.primary_key)
    }


def test_every_column_that_names_a_person_is_shown_somewhere() -> None:
    assert naming(schema.METADATA.sorted_tables) == set(SHOWN)
    assert set(STAYS) <= set(SHOWN)


@pytest.fixture
def someone(people: People, platform: Platform, polling: Polling) -> SignedInResident:
    """A resident with a row in every such table."""
    made = people.resident()
    cases = Cases(platform)
    applicant = {"name": "赵示例", "phone": made.phone}
    cases.take([cases.event("submitted", "A-1", clock.now(), applicant=applicant)])
    episode = polling.announce()
    own = made.resident
    with platform.transaction() as session:
        unit = session.get_one(Unit, session.get_one(Episode, episode.id).unit_id)
        card, used = standings.print_client_codes(session, unit, number=2, secret=SECRET, actor=SYSTEM)
        for code in (card, used):
            standings.claim_code(session, code.text, resident_id=own.id, secret=SECRET)
        session.execute(update(ClientCode).where(ClientCode.number == used.number).values(used_mark=b"mark"))
        session.add_all(
            [
                PanelInvitation(episode_id=episode.id, person_id=own.person_id, invited_at=clock.now()),
                StaffListEntry(unit_id=unit.id, person_id=own.person_id),
                KeptPersonId(resident_id=own.id, person_id=own.person_id, until=clock.now()),
                Letter(resident_id=own.id, since=clock.now()),
                Reader(resident_id=own.id),
                CaseQuiet(person_id=own.person_id, since=clock.now()),
            ]
        )
        asked = vault_mail.ask(
            session, platform.keys, owner=Owner(resident_id=own.id), address="x@example.org", lang="zh"
        )
        vault_mail.confirm(session, platform.keys, vault_mail.token_of(platform.keys, asked))
    return made


def held(session: Session, someone: SignedInResident) -> set[str]:
    """Which of the columns name this resident."""
    known: set[object] = {someone.resident.id, someone.person_id}
    return {
        name
        for name in SHOWN
        if known & set(session.scalars(select(_column(name)).where(_column(name).is_not(None))))
    }


def _column(name: str) -> Any:
    table, column = name.split(".")
    return schema.METADATA.tables[table].c[column]


def test_the_copy_holds_what_each_of_them_is_about(someone: SignedInResident, session: Session) -> None:
    assert held(session, someone) == set(SHOWN), "the resident has a row everywhere"
    data = someone.browser.get("/me/data.json").get_json()
    for place in SHOWN.values():
        found: Any = data
        for step in place.split("."):
            found = found[step]
        assert found, f"{place} shows nothing"
    assert [(one["card"], one["used"]) for one in data["client_of"]] == [(1, False), (2, True)]
    assert data["invitations"][0]["group"] == "panel"
    assert (data["applications"][0]["number"], data["applications"][0]["applicant"]) == ("A-1", "赵**")


def test_erasing_leaves_no_other_row_that_names_the_resident(
    someone: SignedInResident, outbox: Outbox, session: Session
) -> None:
    assert someone.browser.post("/me/erase", {"sure": "y"}).status_code == 303
    outbox.deliver()  # the worker's share of it
    assert held(session, someone) == set(STAYS)
    codes = session.execute(select(ClientCode.number, ClientCode.used_mark).order_by(ClientCode.number)).all()
    assert [tuple(code) for code in codes] == [(1, None), (2, b"mark")], "a used code keeps its mark"


def test_a_number_that_changed_hands_brings_no_standing_along(
    someone: SignedInResident, people: People, session: Session
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=181)):
        after = people.resident(number=int(someone.phone[-9:]))
        data = after.browser.get("/me/data.json").get_json()
    assert (data["client_of"], data["invitations"], data["applications"]) == ([], [], [])
    assert session.scalars(select(ClientCode.resident_id)).all() == [None, None]


def test_an_erasure_that_nobody_hears_of_is_noticed(
    someone: SignedInResident, platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: nobody lets go of the client codes."""
    monkeypatch.setattr(residents.events, "emit", lambda *_: None)
    with platform.transaction() as own:
        residents.erase(own, someone.resident.id)
    assert "client_codes.resident_id" in held(session, someone) - set(STAYS)
