"""The thread on a page: what everybody sees, what its author sees, and words that stay words."""

import re

import pytest
from flask import Flask, render_template_string

from evalapp.comments import queries
from evalapp.comments.forms import CommentForm
from evalapp.comments.models import Comment
from evalapp.comments.rules import wording
from evalapp.comments.rules.moderation import RefusalReason
from tests.support.comments import AFTER, Comments
from tests.support.payloads import PAYLOADS, foreign_attributes, shape
from tests.support.strict_client import check_page

PAGE = """{% extends "layouts/public.html" %}{% from "comments/_thread.html" import thread %}
{% from "comments/_form.html" import comment_form %}{% block title %}一期{% endblock %}
{% block main %}<h1>一期</h1><section id="comments" aria-labelledby="comments-heading">{{ thread(page, "/episodes/1", own=own) }}</section>
{{ comment_form(form, "/episodes/1") }}{% endblock %}"""


@pytest.fixture
def rendered(app: Flask, comments: Comments):
    """The thread as a page, strictly parsed; with a reader it shows what they wrote."""

    def render(comment: Comment, *, reader=None, typed: str = "", limit: int = 20) -> str:
        with app.test_request_context("/episodes/1"), comments.platform.session() as session:
            own = (
                queries.own_in_thread(session, comment.thread_id, resident_id=reader.id, keys=comments.keys)
                if reader
                else []
            )
            page = queries.thread_page(session, comment.thread_id, limit=limit)
            form = CommentForm(formdata=None, text=typed)
            html = render_template_string(PAGE, page=page, own=own, form=form)
        check_page(html)
        return html

    return render


def test_everybody_sees_words_day_and_reply_with_its_post(rendered, comments: Comments) -> None:
    shown = comments.shown(text="楼道灯什么时候修好？", at_seconds=868)
    comments.replied(shown, text="今晚就亮。")
    page = rendered(shown)
    assert "楼道灯什么时候修好？" in page
    assert "今晚就亮。" in page
    assert "物业科科长" in page
    assert 'href="/episodes/1?t=868#watch"' in page


def test_only_the_author_sees_the_hour_the_words_as_typed_and_the_reason(
    rendered, comments: Comments
) -> None:
    author, other = comments.resident(), comments.resident()
    number = "12" + "0" * 8 + "3"
    written = comments.written(author=author, text=f"打 {number}")
    refused = comments.written(comments.thread_of(written), author=author, text="跑题的话")
    comments.refused(refused, reason=RefusalReason.OTHER, note="请到窗口")
    for reader in (None, other):
        page = rendered(written, reader=reader)
        assert number not in page
        assert "请到窗口" not in page
        assert not re.search(r"\d\d:\d\d(?!\")", page.replace("14:28", ""))
    mine = rendered(written, reader=author)
    assert number in mine
    assert "其他原因。" in mine.replace("\n", "")
    assert "请到窗口" in mine
    assert re.search(r"\d{1,2} 日 \d\d:\d\d", mine)


def test_what_is_not_shown_is_counted_and_not_named(rendered, comments: Comments) -> None:
    first = comments.written()
    comments.refused(first)
    page = rendered(first)
    assert "另有 1 条没有公开" in page
    assert first.reference not in page


def test_payloads_stay_words_in_the_thread(rendered, comments: Comments) -> None:
    author, thread = comments.resident(), comments.thread()
    written = comments.many(thread, len(PAYLOADS), author=author, policy=AFTER)
    comments.replied(written[0])
    before = shape(rendered(written[0], reader=author, typed="无害", limit=500))
    with comments.platform.transaction() as session:
        for comment, payload in zip(written, PAYLOADS, strict=True):
            session.get_one(Comment, comment.id).text = wording.cleaned(payload)
    page = rendered(written[0], reader=author, typed=PAYLOADS[35], limit=500)
    assert shape(page) == before
    assert foreign_attributes(page) == []
