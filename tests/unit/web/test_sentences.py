"""What a refusal says in the reader's language, and what of it is the reader's own."""

from flask import Flask

from evalapp.core.errors import Conflict
from evalapp.core.i18n import Words
from evalapp.web import i18n

STATE = "这件事项现在是“%(state)s”，这一步办不了。请看看现在的情况。"


def test_a_message_in_a_message_is_translated_and_what_somebody_typed_is_not() -> None:
    app = Flask("sentences")
    i18n.init_app(app)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        ours, typed = (i18n.sentence(Conflict(STATE, state=said)) for said in (Words("投诉"), "投诉"))
    assert ours.startswith("This matter is “Complaint”")
    assert typed.startswith("This matter is “投诉”")
