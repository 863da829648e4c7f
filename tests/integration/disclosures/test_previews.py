"""Documents of a posting: without who made them, seen before they are opened, opened by a program that holds nothing."""

import io
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from evalapp.core.errors import Invalid, NotFound
from evalapp.core.transaction import transaction
from evalapp.core.workbooks import Table, workbook
from evalapp.disclosures import attachments, services
from tests.support.boards import CLERK, Boards
from tests.support.desk import Desks
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory

WORDS = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>施工合同，联系人电话 13800000000</w:t></w:r></w:p><w:p><w:r><w:t>第二段</w:t></w:r></w:p>"
    "</w:body></w:document>"
)


def pdf(path: Path) -> Path:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    document.docinfo["/Author"] = "somebody"
    with document.open_metadata() as told:
        told["dc:creator"] = ["somebody"]
    document.save(path)
    assert b"somebody" in path.read_bytes()
    return path


def docx(path: Path, content: str = WORDS) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", content)
    return path


def test_a_pdf_loses_who_made_it_and_shows_its_first_page(tmp_path: Path) -> None:
    made = attachments.prepare(pdf(tmp_path / "a.pdf"), "a.pdf")
    with pikepdf.open(made.path) as clean:
        assert len(clean.pages) == 1
        assert "/Info" not in clean.trailer
        assert "/Metadata" not in clean.Root
    assert b"somebody" not in made.path.read_bytes()
    assert attachments.previewed(made).is_picture
    with Image.open(attachments.drawn_page(made)) as drawn:
        assert (drawn.height, drawn.width) in {(1_000, 706), (1_000, 707)}


def test_a_pdf_that_no_program_can_open_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of a document")
    with pytest.raises(Invalid, match="打不开"):
        attachments.prepare(path, "a.pdf")
    assert [each.name for each in tmp_path.iterdir()] == ["a.pdf"]  # nothing half made is left


def test_words_and_rows_are_seen_without_personal_numbers(tmp_path: Path) -> None:
    words = attachments.previewed(attachments.prepare(docx(tmp_path / "a.docx"), "a.docx"))
    assert words.text.endswith("\n第二段")
    assert "13800000000" not in words.text
    table = Table(
        name="名单", columns=["姓名", "组", "金额"], rows=[["示例甲", "一组", 620], ["示例乙", "=1+1", 5]]
    )
    (tmp_path / "b.xlsx").write_bytes(workbook([table]))
    rows = attachments.previewed(attachments.prepare(tmp_path / "b.xlsx", "b.xlsx")).table
    assert rows.columns == ["姓名", "组", "金额"]
    assert rows.rows[0] == ["示**", "一组", "620"]


def test_a_document_with_a_type_of_its_own_is_seen_as_nothing(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha">]>' + WORDS.replace("第二段", "&a;")
    made = attachments.prepare(docx(tmp_path / "a.docx", bomb), "a.docx")
    assert attachments.previewed(made).document() == {}


def test_the_first_page_is_public_once_the_version_that_names_it_is(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards, tmp_path: Path
) -> None:
    unit, token = units.department(), "a-token-of-the-test"
    made, file = boards.draft(unit), attachments.prepare(pdf(tmp_path / "a.pdf"), "a.pdf")
    boards.platform.storage.put(attachments.stored_name(token), file.path)
    boards.platform.storage.put(attachments.page_name(token), attachments.drawn_page(file))
    with transaction(session):
        services.add_file(
            session,
            disclosure_id=made.id,
            token=token,
            file=file,
            file_name="合同.pdf",
            preview={"picture": True},
            actor=CLERK,
        )
    page = f"/disclosures/pages/{token}.jpg"
    assert browser.get(page).status_code == 404
    with transaction(session):
        services.publish(session, disclosure_id=made.id, actor=CLERK)
    assert page in browser.get(f"/boards/{unit.slug}/{made.reference}").get_data(as_text=True)
    answer = browser.get(page)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    answer.close()


def test_a_document_handed_in_on_the_desk_is_seen_there_and_goes_with_its_draft(
    units: UnitFactory, boards: Boards, desks: Desks, tmp_path: Path
) -> None:
    unit = units.department()
    made, desk = boards.draft(unit), desks.unit(unit).browser
    path = f"/desk/unit/boards/{made.reference}"
    file = {"file-file": (io.BytesIO(pdf(tmp_path / "a.pdf").read_bytes()), "合同.pdf")}
    assert desk.post(f"{path}/files", file, page=path).status_code == 303
    (token,) = re.findall(rf"{path}/files/([\w-]+)/page\.jpg", desk.get(path).get_data(as_text=True))
    page = desk.get(f"{path}/files/{token}/page.jpg")
    assert (page.status_code, page.content_type) == (200, "image/jpeg")
    page.close()
    kept = boards.platform.storage
    assert kept.find(attachments.page_name(token)).size > 0
    assert not list(boards.platform.settings.uploads_dir.iterdir())  # nothing is left of the work
    assert desk.post(f"{path}/drop", {}, page=path).status_code == 303
    for name in (attachments.stored_name(token), attachments.page_name(token)):
        with pytest.raises(NotFound):
            kept.find(name)
