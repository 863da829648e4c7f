"""Writing, publishing, changing and withdrawing what stands on a board."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.references import next_reference
from evalapp.core.transaction import locked
from evalapp.disclosures.events import DisclosureShown, DisclosureWithdrawn
from evalapp.disclosures.models import (
    Attachment,
    Board,
    Disclosure,
    DisclosureDraft,
    DisclosureState,
    DisclosureVersion,
    ReferenceCounter,
)
from evalapp.disclosures.rules.catalogue import Item, catalogue
from evalapp.disclosures.rules.contents import Content, FileNamed, fingerprint
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.disclosures.rules.privacy import masked_table, masked_words
from evalapp.disclosures.rules.tables import read_table
from evalapp.supervision.evidence import PreparedFile, cleaned_file_name
from evalapp.units import services as units

TITLE_LIMIT = 60
BODY_LIMIT = 8_000
TABLE_LIMIT = 200_000
REASON_LIMIT = 200
CAPTION_LIMIT = 80
MOST_FILES = 20


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What somebody wrote: `table` as it was typed, one row a line."""

    title: str
    body: str = ""
    table: str = ""


def write(
    session: Session,
    *,
    board_id: uuid.UUID,
    code: str,
    wording: Wording,
    actor: Actor,
    period: str = "",
    formed_on: date | None = None,
) -> Disclosure:
    """Begin a posting as a draft: for a period, or formed on a day, as the catalogue has it.

    Personal data is masked before anything is kept. Refuses an item that is not this board's, a period that is not over,
    and a second posting of one period. Raises `Invalid`, `Conflict`.
    """
    board = locked(session, Board, board_id)
    item = _item_of(session, board, code)
    when = _period_of(item, period)
    if when is None and (formed_on is None or formed_on > clock.today()):
        raise Invalid(N_("请填形成或变更的日期，不能晚于今天。"), field="formed_on")
    content = _cleaned(wording)
    made = Disclosure(
        id=uuid.uuid4(),
        reference=next_reference(session, ReferenceCounter, "GK", year=clock.today().year),
        board_id=board.id,
        code=item.code,
        period="" if when is None else str(when),
        formed_on=formed_on if when is None else None,
        title=content.title,
        state=DisclosureState.DRAFT,
        version=0,
        created_at=clock.now(),
    )
    twice = Conflict(N_("这一期已经有了，请在原来那一份上改。"), field="period")
    with refusing(session, {"uq_disclosures_of_a_period": twice}):
        session.add(made)
    _keep_draft(session, made, content, actor=actor)
    audit.record(session, actor=actor, action="disclosure.written", subject=made.reference)
    return made


def revise(
    session: Session,
    *,
    disclosure_id: uuid.UUID,
    wording: Wording,
    actor: Actor,
    seen: int | None = None,
    captions: dict[str, str] | None = None,
) -> Disclosure:
    """Write the draft of the next version. `seen` is the number of the draft that was read, 0 for none.

    Refuses one that a colleague changed meanwhile, and a withdrawn posting. Raises `Conflict`, `Invalid`.
    """
    made = _standing(session, disclosure_id)
    draft = _draft(session, made)
    if seen is not None and seen != (0 if draft is None else draft.number):
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    files = _files_of(session, made, draft)
    if captions:
        files = [
            replace(
                file,
                caption=masked_words(
                    cleaned_text(captions[file.token], field="caption", limit=CAPTION_LIMIT)
                ),
            )
            if file.token in captions
            else file
            for file in files
        ]
    _keep_draft(session, made, replace(_cleaned(wording), files=files), actor=actor)
    return made


def drop_draft(session: Session, *, disclosure_id: uuid.UUID, actor: Actor) -> None:
    """Throw a draft away; what is shown stays. One that was never shown is gone with it. Raises `NotFound`."""
    made = locked(session, Disclosure, disclosure_id)
    if _draft(session, made) is None:
        raise NotFound(N_("没有草稿。"))
    session.execute(delete(DisclosureDraft).where(DisclosureDraft.disclosure_id == made.id))
    if made.version == 0:
        session.execute(delete(Attachment).where(Attachment.disclosure_id == made.id))
        session.delete(made)
    session.flush()
    audit.record(session, actor=actor, action="disclosure.dropped", subject=made.reference)


def publish(
    session: Session, *, disclosure_id: uuid.UUID, actor: Actor, reason: str = ""
) -> DisclosureVersion:
    """Show the draft as the next version, bound to the one before by its hash.

    From the second on it needs a reason. The same content changes nothing and is refused. Raises `Conflict`, `Invalid`.
    """
    made = _standing(session, disclosure_id)
    draft = _draft(session, made)
    if draft is None:
        raise Conflict(N_("没有要公开的草稿。"))
    before = session.scalar(
        select(DisclosureVersion)
        .where(DisclosureVersion.disclosure_id == made.id)
        .order_by(DisclosureVersion.number.desc())
        .limit(1)
    )
    why = ""
    if before is not None:
        why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
        if before.content == draft.content:
            raise Conflict(N_("内容没有改动，不用再公开一次。"))
    number, now = made.version + 1, clock.now()
    hashed = {"reference": made.reference, "number": number, **draft.content}
    shown = DisclosureVersion(
        id=uuid.uuid4(),
        disclosure_id=made.id,
        number=number,
        content=draft.content,
        sha256=fingerprint(hashed, before=before.sha256 if before else ""),
        before=before.sha256 if before else "",
        published_at=now,
        published_by=actor.name,
        reason=why,
    )
    session.add(shown)
    made.version, made.state, made.title = number, DisclosureState.PUBLISHED, draft.content["title"]
    made.published_at = made.published_at or now
    tokens = [file.token for file in Content.of(draft.content).files]
    session.execute(
        update(Attachment)
        .where(Attachment.disclosure_id == made.id)
        .values(is_shown=Attachment.token.in_(tokens))
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(DisclosureDraft).where(DisclosureDraft.disclosure_id == made.id))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="disclosure.published",
        subject=made.reference,
        detail={"version": number},
    )
    events.emit(session, DisclosureShown(disclosure_id=made.id))
    return shown


def withdraw(session: Session, *, disclosure_id: uuid.UUID, reason: str, actor: Actor) -> Disclosure:
    """Take a posting off the board: its mark and the reason stay, its words and files go. A second time changes nothing.

    Refuses one that was never shown: its draft is thrown away.
    """
    made = locked(session, Disclosure, disclosure_id)
    if made.withdrawn_at is not None:
        return made
    if made.version == 0:
        raise Conflict(N_("还没有公开过，可以直接删掉草稿。"))
    units.open_unit(session, _unit_id(session, made))
    made.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    made.withdrawn_at, made.withdrawn_by = clock.now(), actor.name
    made.state = DisclosureState.WITHDRAWN
    session.execute(delete(DisclosureDraft).where(DisclosureDraft.disclosure_id == made.id))
    session.execute(
        update(Attachment)
        .where(Attachment.disclosure_id == made.id)
        .values(is_shown=False)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    audit.record(session, actor=actor, action="disclosure.withdrawn", subject=made.reference)
    events.emit(session, DisclosureWithdrawn(disclosure_id=made.id))
    return made


def new_token() -> str:
    """The address of a file, made before it is stored: whoever was not told it does not find it."""
    return secrets.token_urlsafe(18)


def add_file(
    session: Session,
    *,
    disclosure_id: uuid.UUID,
    token: str,
    file: PreparedFile,
    file_name: str,
    actor: Actor,
    caption: str = "",
    preview: dict[str, Any] | None = None,
) -> Attachment:
    """Put a stored file into the draft of the next version. Refuses too many, and a withdrawn posting."""
    made = _standing(session, disclosure_id)
    content = _working(session, made)
    if len(content.files) >= MOST_FILES:
        raise Conflict(N_("一份最多 %(most)s 个文件，请先拿掉几个。"), most=MOST_FILES)
    name = cleaned_file_name(file_name)
    added = Attachment(
        id=uuid.uuid4(),
        disclosure_id=made.id,
        token=token,
        file_name=name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        preview=preview or {},
        is_shown=False,
        added_at=clock.now(),
        added_by=actor.name,
    )
    session.add(added)
    named = FileNamed(
        token=token,
        name=name,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        caption=masked_words(cleaned_text(caption, field="caption", limit=CAPTION_LIMIT)),
    )
    _keep_draft(session, made, replace(content, files=(*content.files, named)), actor=actor)
    return added


def remove_file(session: Session, *, disclosure_id: uuid.UUID, token: str, actor: Actor) -> None:
    """Leave a file out of the next version; earlier ones go on naming it. Raises `NotFound`."""
    made = _standing(session, disclosure_id)
    content = _working(session, made)
    left = [file for file in content.files if file.token != token]
    if len(left) == len(content.files):
        raise NotFound(N_("没有这个文件。"))
    _keep_draft(session, made, replace(content, files=left), actor=actor)


def _item_of(session: Session, board: Board, code: str) -> Item:
    unit = units.open_unit(session, board.unit_id)
    item = catalogue().item(code)
    if item is None or not item.is_for(unit.kind, is_busy=board.is_busy):
        raise Invalid(N_("这一项不在本单位的公开目录里。"), field="code")
    if item.statement:
        raise Invalid(N_("收支请导入明细表，不在这里写。"), field="code")
    return item


def _period_of(item: Item, text: str) -> Period | None:
    if item.length is None:
        if text:
            raise Invalid(N_("这一项按形成的日期公开，不分期。"), field="period")
        return None
    period = Period.read(text)
    if period.length is not item.length:
        wanted = {Length.MONTH: "2026-10", Length.QUARTER: "2026-Q3", Length.YEAR: "2026"}[item.length]
        raise Invalid(N_("这一项的期间请写成 %(wanted)s 这样。"), field="period", wanted=wanted)
    if period.first > clock.today():
        raise Invalid(N_("这一期还没有开始。"), field="period")
    return period


def _cleaned(wording: Wording) -> Content:
    table = read_table(cleaned_table(wording.table))
    return Content(
        title=masked_words(
            cleaned_text(wording.title, field="title", limit=TITLE_LIMIT, required=True).replace("\n", " ")
        ),
        body=masked_words(cleaned_text(wording.body, field="body", limit=BODY_LIMIT)),
        table=masked_table(table).table,
    )


def cleaned_table(text: str) -> str:
    """Return a pasted list without strange characters; tabs stay what divides its cells."""
    return "\n".join(
        "\t".join(cleaned_text(cell, field="table", limit=TABLE_LIMIT) for cell in line.split("\t"))
        for line in text.splitlines()
    )


def _standing(session: Session, disclosure_id: uuid.UUID) -> Disclosure:
    made = locked(session, Disclosure, disclosure_id)
    if made.withdrawn_at is not None:
        raise Conflict(N_("这一份已经撤回，不能再改。"))
    units.open_unit(session, _unit_id(session, made))
    return made


def _unit_id(session: Session, made: Disclosure) -> uuid.UUID:
    return session.scalars(select(Board.unit_id).where(Board.id == made.board_id)).one()


def _draft(session: Session, made: Disclosure) -> DisclosureDraft | None:
    return session.scalar(
        select(DisclosureDraft).where(DisclosureDraft.disclosure_id == made.id).with_for_update()
    )


def _newest(session: Session, made: Disclosure) -> Content | None:
    found = session.scalar(
        select(DisclosureVersion.content)
        .where(DisclosureVersion.disclosure_id == made.id)
        .order_by(DisclosureVersion.number.desc())
        .limit(1)
    )
    return None if found is None else Content.of(found)


def _working(session: Session, made: Disclosure) -> Content:
    """What the next version says so far: the draft, or what is shown."""
    draft = _draft(session, made)
    content = _newest(session, made) if draft is None else Content.of(draft.content)
    assert content is not None  # one that was never shown has a draft
    return content


def _files_of(session: Session, made: Disclosure, draft: DisclosureDraft | None) -> Sequence[FileNamed]:
    content = _newest(session, made) if draft is None else Content.of(draft.content)
    return () if content is None else content.files


def _keep_draft(session: Session, made: Disclosure, content: Content, *, actor: Actor) -> None:
    draft = session.get(DisclosureDraft, made.id)
    if draft is None:
        draft = DisclosureDraft(disclosure_id=made.id, number=0)
        session.add(draft)
    draft.content, draft.number = content.document(), draft.number + 1
    draft.changed_at, draft.changed_by = clock.now(), actor.name
    if made.version == 0:
        made.title = content.title
    session.flush()
