"""Postings: drafts, versions bound by hashes, withdrawal, files; personal data never reaches a row."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from evalapp.core.errors import Conflict, Invalid
from evalapp.core.transaction import transaction
from evalapp.disclosures import attachments, services
from evalapp.disclosures.models import Disclosure, DisclosureDraft, DisclosureVersion
from evalapp.disclosures.rules.contents import fingerprint
from evalapp.disclosures.services import Wording
from evalapp.supervision.evidence import PreparedFile
from tests.support.boards import CLERK, Boards
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

LIST = "姓名|身份证号|金额\n示例甲乙|000000190001010000|300"


def versions(session: Session) -> list[DisclosureVersion]:
    return list(session.scalars(select(DisclosureVersion).order_by(DisclosureVersion.number)))


def test_a_draft_is_nobodys_to_read_until_it_is_published(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards
) -> None:
    unit = units.department("区住建局")
    made = boards.draft(unit, title="道路改造开工")
    address = f"/boards/{unit.slug}/{made.reference}"
    assert browser.get(address).status_code == 404
    assert "道路改造开工" not in browser.get(f"/boards/{unit.slug}").get_data(as_text=True)
    with transaction(session):
        services.publish(session, disclosure_id=made.id, actor=CLERK)
    page = browser.get(address).get_data(as_text=True)
    for words in ("道路改造开工", "村委会报账员", made.reference, "第 1 版"):
        assert words in page
    assert browser.get(f"{address}/print").status_code == 200


def test_versions_are_bound_to_one_another_and_can_be_computed_again(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards
) -> None:
    unit = units.department()
    made = boards.posted(unit, title="采购结果")
    for number in (2, 3):
        with transaction(session):
            services.revise(
                session, disclosure_id=made.id, wording=Wording(title=f"采购结果 {number}"), actor=CLERK
            )
            services.publish(session, disclosure_id=made.id, reason=f"改 {number}", actor=CLERK)
    before = ""
    for version in versions(session):
        hashed = {"reference": made.reference, "number": version.number, **version.content}
        assert (version.before, version.sha256) == (before, fingerprint(hashed, before=before))
        before = version.sha256
    page = browser.get(f"/boards/{unit.slug}/{made.reference}").get_data(as_text=True)
    assert all(version.sha256 in page for version in versions(session))
    assert "改 2" in page
    (item,) = json.loads(browser.get("/api/v1/disclosures").get_data())["items"]
    assert (item["sha256"], item["version"]) == (before, 3)


def test_the_database_refuses_to_change_a_version(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    """The planted defect: somebody with the database at hand."""
    boards.posted(units.department())
    for statement in ("UPDATE disclosure_versions SET sha256 = sha256", "DELETE FROM disclosure_versions"):
        with pytest.raises(DatabaseError, match="only ever added"):
            session.execute(text(statement))
        session.rollback()


def test_a_second_version_needs_a_reason_and_something_new(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    made = boards.posted(units.department(), title="一样", body="一样")
    with transaction(session):
        services.revise(
            session, disclosure_id=made.id, wording=Wording(title="一样", body="一样"), actor=CLERK
        )
    with pytest.raises(Conflict, match="没有改动"), transaction(session):
        services.publish(session, disclosure_id=made.id, reason="再发", actor=CLERK)
    with transaction(session):
        services.revise(session, disclosure_id=made.id, wording=Wording(title="两样"), actor=CLERK)
    with pytest.raises(Invalid) as refusal, transaction(session):
        services.publish(session, disclosure_id=made.id, actor=CLERK)
    assert refusal.value.field == "reason"


def test_a_draft_that_a_colleague_changed_is_not_written_over(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    made = boards.draft(units.department())
    with transaction(session):
        services.revise(session, disclosure_id=made.id, wording=Wording(title="甲"), actor=CLERK, seen=1)
    with pytest.raises(Conflict, match="同事"), transaction(session):
        services.revise(session, disclosure_id=made.id, wording=Wording(title="乙"), actor=CLERK, seen=1)


def test_personal_data_is_masked_before_anything_is_kept(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    village = units.village(units.subdistrict())
    boards.draft(
        village, code="poverty-relief", period="2026-Q2", table=LIST, body="联系 13800000000", title="救助"
    )
    kept = str(session.scalars(select(DisclosureDraft.content)).one())
    assert "示***" in kept
    assert not any(word in kept for word in ("甲乙", "190001010000", "13800000000"))


def test_one_period_is_posted_once_and_again_after_a_withdrawal(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    village = units.village(units.subdistrict())
    made = boards.posted(village, code="village-affairs", period="2026-Q2")
    with pytest.raises(Conflict, match="这一期已经有了"):
        boards.draft(village, code="village-affairs", period="2026-Q2")
    with transaction(session):
        services.withdraw(session, disclosure_id=made.id, reason="发错", actor=CLERK)
    assert boards.posted(village, code="village-affairs", period="2026-Q2").reference != made.reference


@pytest.mark.parametrize(
    ("code", "when", "said"),
    [
        ("village-major", {"formed_on": date(2026, 6, 1)}, "不在本单位的公开目录"),
        ("no-such-item", {"formed_on": date(2026, 6, 1)}, "不在本单位的公开目录"),
        ("finances-quarterly", {"period": "2026-Q2"}, "导入明细"),
        ("party-affairs", {"period": "2026-05"}, "2026-Q3"),
        ("party-affairs", {"period": "2099-Q1"}, "还没有开始"),
        ("key-projects", {"period": "2026-Q2"}, "不分期"),
        ("key-projects", {"formed_on": date(2099, 1, 1)}, "不能晚于今天"),
    ],
)
def test_what_does_not_fit_the_catalogue_is_refused(
    units: UnitFactory, boards: Boards, code: str, when: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        boards.draft(units.department(), code=code, **when)


def test_a_withdrawn_posting_leaves_its_mark_its_reason_and_its_hash_and_no_words(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards
) -> None:
    unit = units.department()
    made = boards.posted(unit, title="写错的标题", body="写错的内容")
    with transaction(session):
        services.withdraw(session, disclosure_id=made.id, reason="<b>发错栏目</b>", actor=CLERK)
    for path in (f"/boards/{unit.slug}", f"/boards/{unit.slug}/{made.reference}"):
        page = browser.get(path).get_data(as_text=True)
        assert "已撤回" in page or "撤回" in page
        assert "&lt;b&gt;发错栏目&lt;/b&gt;" in page
        assert "写错的" not in page
    assert versions(session)[0].sha256 in page
    assert json.loads(browser.get("/api/v1/disclosures").get_data())["items"] == []
    with pytest.raises(Conflict, match="已经撤回"), transaction(session):
        services.revise(session, disclosure_id=made.id, wording=Wording(title="再来"), actor=CLERK)


def test_a_draft_that_was_never_shown_goes_without_a_trace(
    session: Session, units: UnitFactory, boards: Boards
) -> None:
    made = boards.draft(units.department())
    with transaction(session):
        services.drop_draft(session, disclosure_id=made.id, actor=CLERK)
    assert session.scalars(select(Disclosure)).all() == []


def test_a_file_is_public_once_the_version_that_names_it_is(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards, tmp_path: Path
) -> None:
    unit = units.department()
    made = boards.draft(unit)
    token = "a-token-of-the-test"
    stored = tmp_path / "file.pdf"
    stored.write_bytes(b"%PDF-1.4 test")
    boards.platform.storage.put(attachments.stored_name(token), stored)
    with transaction(session):
        services.add_file(
            session,
            disclosure_id=made.id,
            token=token,
            file=PreparedFile(path=stored, media_type="application/pdf", size=13, sha256="0" * 64),
            file_name="../合同.pdf",
            actor=CLERK,
        )
    assert browser.get(f"/disclosures/files/{token}").status_code == 404
    with transaction(session):
        services.publish(session, disclosure_id=made.id, actor=CLERK)
    answer = browser.get(f"/disclosures/files/{token}")
    assert answer.get_data() == b"%PDF-1.4 test"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
    assert browser.get(f"/disclosures/pictures/{token}.jpg").status_code == 404  # nothing foreign is shown
    with transaction(session):
        services.remove_file(session, disclosure_id=made.id, token=token, actor=CLERK)
        services.publish(session, disclosure_id=made.id, reason="换文件", actor=CLERK)
    assert browser.get(f"/disclosures/files/{token}").status_code == 404


def office(path: Path, *parts: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document/>")
        for name, content in parts:
            package.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "new"), [("老表.xls", ".xlsx"), ("老文.doc", ".docx"), ("宏.xlsm", ".xlsx")]
)
def test_old_formats_are_refused_with_what_to_do(tmp_path: Path, name: str, new: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(Invalid, match=f"另存为” {new}"):
        attachments.prepare(path, name)


def test_a_document_loses_who_wrote_it_and_one_with_a_macro_is_refused(tmp_path: Path) -> None:
    author = "<cp:coreProperties><dc:creator>somebody</dc:creator></cp:coreProperties>"
    made = attachments.prepare(office(tmp_path / "a.docx", ("docProps/core.xml", author)), "a.docx")
    with zipfile.ZipFile(made.path) as package:
        assert b"somebody" not in b"".join(package.read(part) for part in package.namelist())
        assert "word/document.xml" in package.namelist()
    with pytest.raises(Invalid, match="宏"):
        attachments.prepare(office(tmp_path / "b.docx", ("word/vbaProject.bin", "x")), "b.docx")


def test_every_unit_but_a_section_has_a_board_from_its_first_day(
    browser: StrictClient, units: UnitFactory
) -> None:
    department = units.department()
    section = units.section(department)
    assert "从" in browser.get(f"/boards/{department.slug}").get_data(as_text=True)
    assert browser.get(f"/boards/{section.slug}").status_code == 404
