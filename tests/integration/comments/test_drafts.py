"""Replies before they are public: drafts, the signature of the unit's head, and the beginnings a unit keeps."""

import json

import pytest
from sqlalchemy import select

from evalapp.comments import services
from evalapp.comments.models import Comment, ReplyDraft, ReplyWording
from evalapp.core.errors import Conflict, NotAllowed, NotFound
from evalapp.core.platform import Platform
from evalapp.supervision import services as supervision
from evalapp.supervision.rules.profile import shipped
from evalapp.units import services as units_services
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters
from tests.support.units import OFFICER


@pytest.fixture
def signing(matters: Matters, platform: Platform) -> None:
    """From now on the profile asks for the head's signature."""
    document = json.loads(shipped())
    document["reply"]["needs_sign_off"] = 1
    officer = matters.officer()
    with platform.transaction() as session:
        supervision.adopt_profile(session, document=json.dumps(document).encode(), actor=officer)


def test_a_draft_is_kept_and_the_second_of_two_who_save_is_told(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    how = comments.before_its_unit(asked)
    with platform.transaction() as session:
        services.save_draft(session, text="先写一半", seen_draft=0, **how)
    with pytest.raises(Conflict, match="同事刚刚存过"), platform.transaction() as session:
        services.save_draft(session, text="我也写了", seen_draft=0, **how)
    with platform.transaction() as session:
        services.save_draft(session, text="写完了", seen_draft=1, **how)
    with platform.session() as session:
        draft = session.scalars(select(ReplyDraft)).one()
    assert (draft.text, draft.version) == ("写完了", 2)


@pytest.mark.usefixtures("signing")
def test_a_reply_is_signed_by_the_units_head_and_by_nobody_else(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    unit_id = comments.thread_of(asked).unit_id
    unit = comments.unit_of(asked)
    writer, head = comments.unit_staff(unit), comments.unit_staff(unit, post="局长")
    with platform.transaction() as session:
        units_services.name_head(session, unit_id=unit_id, staff_id=head.id, is_head=True, actor=OFFICER)
    how = {"reference": asked.reference, "unit_id": unit_id}
    with pytest.raises(NotAllowed, match="负责人签发"), platform.transaction() as session:
        services.reply(session, actor=writer, text=ANSWER, **how)
    with platform.transaction() as session:
        services.submit_draft(session, actor=writer, text=ANSWER, seen_draft=0, **how)
    with pytest.raises(NotAllowed, match="由单位负责人"), platform.transaction() as session:
        services.sign_draft(session, head=writer, seen_draft=1, **how)
    with pytest.raises(Conflict, match="不在等签发"), platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=0, **how)
    with platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=1, **how)
    assert comments.wordings(asked) == [ANSWER]
    with platform.session() as session:
        assert session.scalars(select(ReplyWording)).one().staff_id == writer.id


@pytest.mark.usefixtures("signing")
def test_a_head_does_not_sign_what_they_wrote_themselves_and_can_send_a_draft_back(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    unit_id = comments.thread_of(asked).unit_id
    head = comments.unit_staff(comments.unit_of(asked), post="局长")
    how = {"reference": asked.reference, "unit_id": unit_id}
    with platform.transaction() as session:
        units_services.name_head(session, unit_id=unit_id, staff_id=head.id, is_head=True, actor=OFFICER)
        services.submit_draft(session, actor=head, text=ANSWER, seen_draft=0, **how)
    with pytest.raises(NotAllowed, match="不能自己签"), platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=1, **how)
    with platform.transaction() as session:
        services.send_back(session, head=head, note="写明哪天换灯", seen_draft=1, **how)
    with platform.session() as session:
        draft = session.scalars(select(ReplyDraft)).one()
    assert (draft.submitted_at, draft.sent_back) == (None, "写明哪天换灯")


def test_templates_belong_to_their_unit(comments: Comments, platform: Platform) -> None:
    mine, other = comments.unit(), comments.unit()
    with platform.transaction() as session:
        kept = services.keep_template(
            session, unit_id=mine.id, title="换灯", text="灯已换好。", actor=OFFICER
        )
        services.keep_template(session, unit_id=mine.id, title="换灯", text="灯换好了。", actor=OFFICER)
    with pytest.raises(NotFound), platform.transaction() as session:
        services.drop_template(session, unit_id=other.id, template_id=kept.id)
    with platform.transaction() as session:
        services.drop_template(session, unit_id=mine.id, template_id=kept.id)
