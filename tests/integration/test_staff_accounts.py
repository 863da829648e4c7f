"""Staff accounts: made and changed by administrators, recorded, read by auditors."""

import re
from datetime import timedelta

import html5lib
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from evalapp.accounts import totp
from evalapp.accounts.commands import group, proven_person
from evalapp.accounts.models import Role, StaffMember, TotpReset
from evalapp.accounts.services import staff
from evalapp.audit import services as audit
from evalapp.audit.models import AuditEntry
from evalapp.core import clock
from evalapp.core.errors import Conflict, DomainError, Invalid, NotAllowed
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import Environment
from tests.support.accounts import PASSWORD, People, SignedInStaff
from tests.support.units import UnitFactory

NOW = timedelta(0)


@pytest.fixture
def administrator(people: People) -> SignedInStaff:
    return people.at_desk(Role.ADMINISTRATOR, "admin1", "管理员一岗")


def acts(session: Session, subject: str) -> list[str]:
    session.rollback()
    rows = (
        select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.at, AuditEntry.id)
    )
    return list(session.scalars(rows))


def test_an_administrator_adds_an_account_whose_password_is_shown_once(
    administrator: SignedInStaff, people: People, session: Session
) -> None:
    browser = administrator.browser
    fields = {"login": "Office7", "post": "评议办 排期岗", "role": "office", "unit": ""}
    page = browser.post("/desk/staff", fields).get_data(as_text=True)
    shown = re.search(r'id="one-time-password">([^<]+)<', page)
    assert shown is not None
    assert "评议办 排期岗" in browser.get("/desk/staff").get_data(as_text=True)
    first = people.client().post("/desk/sign-in", {"login": "office7", "password": shown.group(1)})
    assert first.headers["Location"] == "/desk/enrol"
    assert acts(session, "office7") == ["staff.added"]
    again = browser.post("/desk/staff", fields)
    assert again.status_code == 409
    assert "已经有这个登录名了" in again.get_data(as_text=True)


def test_a_units_account_belongs_to_a_unit(
    administrator: SignedInStaff, units: UnitFactory, session: Session
) -> None:
    unit = units.department()
    fields = {"login": "unit-水务", "post": "办公室", "role": "unit", "unit": unit.slug}
    assert administrator.browser.post("/desk/staff", fields | {"unit": ""}).status_code == 422
    assert session.scalar(select(StaffMember).where(StaffMember.login == "unit-水务")) is None
    assert administrator.browser.post("/desk/staff", fields).status_code == 200
    assert acts(session, "unit-水务") == ["staff.added"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_manages_accounts(people: People, role: Role) -> None:
    browser = people.at_desk(role).browser
    assert browser.get("/desk/staff").status_code == 403
    fields = {"login": "x9", "post": "岗", "role": "office", "unit": ""}
    assert browser.post("/desk/staff", fields, page="/desk/password").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_nobody_else_reads_the_record(people: People, role: Role) -> None:
    assert people.at_desk(role).browser.get("/desk/audit").status_code == 403


def test_roles_are_changed_and_accounts_disabled_on_the_page(
    administrator: SignedInStaff, people: People, session: Session
) -> None:
    person = people.at_desk(Role.OFFICE, "office5")
    browser, page = administrator.browser, "/desk/staff/office5"
    assert browser.post(f"{page}/role", {"role": "station"}, page=page).status_code == 303
    assert person.browser.get("/desk").headers["Location"].startswith("/desk/sign-in")
    assert browser.post(f"{page}/disable", page=page).status_code == 303
    assert "已停用" in browser.get("/desk/staff").get_data(as_text=True)
    assert people.sign_in(person).status_code == 422
    assert browser.post(f"{page}/enable", page=page).status_code == 303
    assert acts(session, "office5")[1:] == ["staff.role_changed", "staff.disabled", "staff.enabled"]


def test_nobody_changes_their_own_account(administrator: SignedInStaff, people: People) -> None:
    people.staff(Role.ADMINISTRATOR)
    for what, fields in (("role", {"role": "auditor"}), ("disable", {}), ("reset", {})):
        answer = administrator.browser.post(f"/desk/staff/admin1/{what}", fields, page="/desk/staff")
        assert answer.status_code == 403, what
        assert "另一位管理员" in answer.get_data(as_text=True)


def test_the_last_administrator_stays(people: People, platform: Platform) -> None:
    one = people.staff(Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="最后一个"), platform.transaction() as own:
        staff.disable(own, one.staff.id, actor=SYSTEM)
    with pytest.raises(Conflict, match="最后一个"), platform.transaction() as own:
        staff.change_role(own, one.staff.id, role=Role.OFFICE, wait=NOW, actor=SYSTEM)


def test_a_reset_takes_a_second_administrator(
    administrator: SignedInStaff, people: People, session: Session
) -> None:
    second = people.at_desk(Role.ADMINISTRATOR, "admin2")
    person = people.at_desk(Role.OFFICE, "office5")
    page = "/desk/staff/office5"
    assert administrator.browser.post(f"{page}/reset", page=page).status_code == 303
    assert "确认重置" not in administrator.browser.get(page).get_data(as_text=True)
    refused = administrator.browser.post(f"{page}/reset/agree", page=page)
    assert refused.status_code == 403
    assert person.browser.client.get("/desk").headers["Location"] == "/desk/office", "nothing has changed yet"
    agreed = second.browser.post(f"{page}/reset/agree", page=page).get_data(as_text=True)
    assert "one-time-password" in agreed
    assert "sign-in" in person.browser.client.get("/desk").headers["Location"]
    assert acts(session, "office5")[-2:] == ["staff.totp_reset_asked", "staff.totp_reset"]


def test_the_database_refuses_a_reset_by_one_person(
    administrator: SignedInStaff, people: People, platform: Platform
) -> None:
    """The planted defect: code that forgets to look who asked."""
    person = people.staff()
    with platform.transaction() as own:
        staff.ask_totp_reset(own, person.staff.id, actor=administrator.actor)
    with pytest.raises(DatabaseError), platform.transaction() as own:
        own.execute(update(TotpReset).values(decided_by=administrator.staff.id, decided_at=clock.now()))


def test_an_administrator_whose_rights_have_not_begun_agrees_to_nothing(
    administrator: SignedInStaff, people: People, platform: Platform
) -> None:
    new = people.staff(Role.ADMINISTRATOR, wait=timedelta(hours=24))
    person = people.staff()
    with platform.transaction() as own:
        staff.ask_totp_reset(own, person.staff.id, actor=administrator.actor)
    with pytest.raises(NotAllowed, match="还没有生效"), platform.transaction() as own:
        staff.agree_totp_reset(own, person.staff.id, wait=NOW, actor=new.actor)


def test_new_rights_begin_a_day_later(people: People, platform: Platform, session: Session) -> None:
    wait = timedelta(hours=platform.settings.two_person_wait_hours)
    assert wait == timedelta(days=1)
    person = people.staff()
    with platform.transaction() as own:
        staff.change_role(own, person.staff.id, role=Role.STATION, wait=wait, actor=SYSTEM)
    begins = session.get_one(StaffMember, person.staff.id).approves_from
    assert begins is not None
    assert begins > clock.now() + timedelta(hours=23)


def test_the_record_can_be_searched_and_leafed_through(people: People, platform: Platform) -> None:
    reader = people.staff(Role.AUDITOR, "auditor1")
    people.sign_in(reader)
    with platform.transaction() as own:
        for number in range(120):
            audit.record(own, actor=SYSTEM, action="episode.planned", subject=f"EP-2026-{number:03}")
    browser = reader.browser
    first = browser.get("/desk/audit").get_data(as_text=True)
    assert "EP-2026-119" in first
    assert "EP-2026-000" not in first
    assert "EP-2026-000" in browser.get("/desk/audit?page=3").get_data(as_text=True)
    found = browser.get("/desk/audit?subject=EP-2026-042&action=episode.planned").get_data(as_text=True)
    assert "EP-2026-042" in found
    assert "EP-2026-043" not in found
    assert "登录工作台" in browser.get("/desk/audit?action=staff.signed_in").get_data(as_text=True)
    assert "没有符合的记录" in browser.get("/desk/audit?subject=%25").get_data(as_text=True), "% is a letter"
    assert browser.get("/desk/audit?since=nonsense").status_code == 422
    assert browser.get("/desk/audit?page=nonsense").status_code == 200


@pytest.mark.parametrize("statement", [update(AuditEntry).values(actor_name="x"), delete(AuditEntry)])
def test_the_record_is_only_added_to(platform: Platform, session: Session, statement: object) -> None:
    with platform.transaction() as own:
        audit.record(own, actor=SYSTEM, action="episode.planned", subject="EP-2026-001")
    with pytest.raises((DatabaseError, DomainError)), platform.transaction() as own:
        own.execute(statement)  # type: ignore[call-overload]
    assert session.scalars(select(AuditEntry.actor_name)).one() == "系统"


def test_a_record_without_its_guard_is_noticed(platform: Platform) -> None:
    """The planted defect: a database whose triggers are missing."""
    with platform.transaction() as own:
        audit.record(own, actor=SYSTEM, action="episode.planned", subject="EP-2026-001")
    with platform.engine.begin() as connection:
        if platform.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_entries_unchanged"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_unchanged"))
    try:
        with platform.transaction() as own:
            own.execute(update(AuditEntry).values(actor_name="x"))
    finally:
        if platform.engine.dialect.name == "postgresql":
            with platform.engine.begin() as connection:
                connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_unchanged"))


def run(platform: Platform, *arguments: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(group, arguments, obj=platform, input=typed)
    return result.exit_code, result.output


def test_accounts_are_made_and_helped_on_the_command_line(people: People, platform: Platform) -> None:
    code, said = run(platform, "add", "office9", "--role", "office", "--post", "评议办 岗")
    assert code == 0
    password = re.search(r"one_time_password: (\S+)", said)
    assert password is not None
    assert run(platform, "add", "office9", "--role", "office", "--post", "岗")[0] == 1
    assert run(platform, "add", "office9", "--role", "king", "--post", "岗")[0] == 2
    assert run(platform, "code", "office9")[0] == 1, "nothing is enrolled yet"
    browser = people.client()
    browser.post("/desk/sign-in", {"login": "office9", "password": password.group(1)})
    enrolling = run(platform, "code", "office9")[1].strip()
    fields = {"new_password": PASSWORD, "again": PASSWORD, "code": enrolling}
    assert browser.post("/desk/enrol", fields).status_code == 303
    assert run(platform, "role", "office9", "station") == (0, "office9: station\n")
    assert '"role": "station"' in run(platform, "list", "--json")[1]
    assert "one_time_password" in run(platform, "reset-totp", "office9")[1]
    assert run(platform, "role", "nobody", "office")[0] == 1


def test_codes_are_printed_in_development_only(people: People, platform: Platform) -> None:
    person = people.staff()
    assert re.fullmatch(r"\d{6}\n", run(platform, "code", person.staff.login)[1])
    settings = platform.settings.model_copy(update={"env": Environment.PRODUCTION})
    object.__setattr__(platform, "settings", settings)
    assert run(platform, "code", person.staff.login)[0] == 1


def test_a_person_proves_themselves_on_the_command_line(
    people: People, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.staff()
    answers = iter(["wrong", totp.current(person.secret), PASSWORD, totp.current(person.secret)])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    with pytest.raises(Invalid):
        proven_person(platform, person.staff.login)
    assert proven_person(platform, person.staff.login) == person.actor


def test_auditors_read_what_an_act_was_about_in_words(people: People, platform: Platform) -> None:
    reader = people.at_desk(Role.AUDITOR, "auditor1")
    with platform.transaction() as own:
        before = {"name": "区教委", "rank_class": "甲"}
        audit.record(own, actor=SYSTEM, action="unit.edited", subject="jyj", detail={"before": before})
        audit.record(own, actor=SYSTEM, action="unit.added", subject="jyj", detail={"kind": "section"})
        audit.record(
            own, actor=SYSTEM, action="unit.contact_written", subject="jyj", detail={"fields": ["address"]}
        )
    shown = html5lib.parse(
        reader.browser.get("/desk/audit?subject=jyj").get_data(as_text=True), namespaceHTMLElements=False
    )
    details = {" ".join("".join(cell.itertext()).split()) for cell in shown.iterfind(".//td[@data-l='详情']")}
    assert details == {"原来 名称 区教委 · 排名组 甲", "种类 科室", "改了 地址"}
