"""Drafts of replies: kept, sent to the unit's head, signed or sent back; and the templates that a unit keeps."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, ReplyDraft, ReplyTemplate
from evalapp.comments.rules import wording
from evalapp.comments.services.replies import before_unit, fit_words, reply
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.transaction import locked
from evalapp.supervision.models import Matter
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.wording import checked_answer
from evalapp.units import queries as units

LONGEST_DRAFT = 5_000
MOST_OF_A_NOTE = 200
MOST_OF_A_TITLE = 30
MOST_TEMPLATES = 50


def save_draft(
    session: Session, *, reference: str, unit_id: uuid.UUID, actor: Actor, text: str, seen_draft: int
) -> ReplyDraft:
    """Keep what was typed as it is; whether it is fit for a reply is asked when it goes out.

    `seen_draft` is the version of the draft that was seen, 0 for none. One that waits for its signature is taken back by it.
    Raises `NotFound`, `Invalid`, and `Conflict` when a colleague saved meanwhile.
    """
    words = wording.cleaned(text)
    if len(words) > LONGEST_DRAFT:
        raise Invalid(N_("草稿最多 %(most)s 字，请删短一些。"), field="text", most=LONGEST_DRAFT)
    comment = before_unit(session, reference, unit_id)
    draft = session.scalar(select(ReplyDraft).where(ReplyDraft.comment_id == comment.id))
    first = Conflict(N_("同事刚刚存过这条草稿，请看看他写的，你写的还在下面。"))
    if (draft.version if draft else 0) != seen_draft:
        raise first
    if draft is None:
        draft = ReplyDraft(id=uuid.uuid4(), comment_id=comment.id, unit_id=unit_id, version=0, sent_back="")
    draft.text, draft.version, draft.saved_at = words, draft.version + 1, clock.now()
    draft.staff_id, draft.post = (actor.id if actor.is_staff else None), actor.name
    draft.submitted_at = None
    with refusing(session, {"uq_reply_drafts_comment_id": first}):
        session.add(draft)
    return draft


def submit_draft(
    session: Session,
    *,
    reference: str,
    unit_id: uuid.UUID,
    actor: Actor,
    text: str,
    seen_draft: int,
    seen_matter: int | None = None,
) -> ReplyDraft:
    """Send a reply to the unit's head. What the head could not publish is refused to whoever writes it.

    Raises `NotFound`, `Invalid`, `Conflict`.
    """
    words = fit_words(text)
    comment = before_unit(session, reference, unit_id)
    matter = _matter_of(session, comment)
    if matter is None or not profiles.profile_of(session, matter.profile_id).reply.needs_sign_off:
        raise Conflict(N_("这条留言的回复不用签发，可以直接公开。"))
    if seen_matter is not None and matter.version < seen_matter:
        raise Conflict(N_("这件事项刚刚有人办过，请看看现在的情况。"))
    checked_answer(words, profiles.profile_of(session, matter.profile_id))
    draft = save_draft(
        session, reference=reference, unit_id=unit_id, actor=actor, text=words, seen_draft=seen_draft
    )
    draft.submitted_at, draft.sent_back = clock.now(), ""
    return draft


def sign_draft(
    session: Session,
    *,
    reference: str,
    unit_id: uuid.UUID,
    head: Actor,
    seen_draft: int,
    seen_matter: int | None = None,
) -> Reply:
    """Publish a draft in the name of whoever wrote it, signed by the unit's head; nobody signs what is their own.

    Raises `NotFound`, `NotAllowed`, and `Conflict` when the draft is no longer the one that was read.
    """
    _check_head(session, head)
    draft = _waiting(session, reference, unit_id, seen_draft)
    writer = Actor(
        kind=ActorKind.STAFF if draft.staff_id else ActorKind.SYSTEM, id=draft.staff_id, name=draft.post
    )
    return reply(
        session,
        reference=reference,
        unit_id=unit_id,
        actor=writer,
        text=draft.text,
        signed_off_by=head,
        seen_matter=seen_matter,
    )


def send_back(
    session: Session, *, reference: str, unit_id: uuid.UUID, head: Actor, note: str, seen_draft: int
) -> ReplyDraft:
    """Hand a draft back to whoever wrote it, with what is missing. Raises as `sign_draft`, and `Invalid` without a word."""
    why = wording.cleaned(note)
    if not why or not wording.fits(why, MOST_OF_A_NOTE):
        raise Invalid(N_("请写明要改什么，%(most)s 字以内。"), field="note", most=MOST_OF_A_NOTE)
    _check_head(session, head)
    draft = _waiting(session, reference, unit_id, seen_draft)
    draft.submitted_at, draft.sent_back, draft.version = None, why, draft.version + 1
    return draft


def keep_template(
    session: Session, *, unit_id: uuid.UUID, title: str, text: str, actor: Actor
) -> ReplyTemplate:
    """Keep a template under its title; one with this title gets the new words. Raises `Invalid`, `Conflict`."""
    name, words = wording.cleaned(title).replace("\n", " "), fit_words(text)
    if not name or not wording.fits(name, MOST_OF_A_TITLE):
        raise Invalid(N_("请写标题，%(most)s 字以内。"), field="title", most=MOST_OF_A_TITLE)
    known = session.scalars(select(ReplyTemplate).where(ReplyTemplate.unit_id == unit_id)).all()
    kept = next((one for one in known if one.title == name), None)
    if kept is None and len(known) >= MOST_TEMPLATES:
        raise Conflict(N_("模板最多 %(most)s 个，请先删去用不着的。"), most=MOST_TEMPLATES)
    if kept is None:
        kept = ReplyTemplate(id=uuid.uuid4(), unit_id=unit_id, title=name)
    kept.text, kept.written_at, kept.post = words, clock.now(), actor.name
    first = Conflict(N_("同事刚刚存了同名的模板，请看看他写的。"), field="title")
    with refusing(session, {"uq_reply_templates_unit_id_title": first}):
        session.add(kept)
    return kept


def drop_template(session: Session, *, unit_id: uuid.UUID, template_id: uuid.UUID) -> None:
    """Take a template away. Raises `NotFound` for another unit's."""
    gone = session.scalar(
        delete(ReplyTemplate)
        .where(ReplyTemplate.id == template_id, ReplyTemplate.unit_id == unit_id)
        .returning(ReplyTemplate.id)
    )
    if gone is None:
        raise NotFound(N_("没有找到这个模板。"))


def _waiting(session: Session, reference: str, unit_id: uuid.UUID, seen_draft: int) -> ReplyDraft:
    comment = before_unit(session, reference, unit_id)
    draft_id = session.scalar(select(ReplyDraft.id).where(ReplyDraft.comment_id == comment.id))
    draft = locked(session, ReplyDraft, draft_id) if draft_id else None
    if draft is None or draft.submitted_at is None or draft.version != seen_draft:
        raise Conflict(N_("这条草稿已经不在等签发，请看看现在的情况。"))
    return draft


def _check_head(session: Session, head: Actor) -> None:
    if not units.is_head(session, head):
        raise NotAllowed(N_("签发由单位负责人来做。"))


def _matter_of(session: Session, comment: Comment) -> Matter | None:
    return session.get_one(Matter, comment.matter_id) if comment.matter_id else None
