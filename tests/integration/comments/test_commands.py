"""`evalapp comment`: the queue, decisions and replies from the command line."""

import json

import pytest
from click.testing import CliRunner, Result

from evalapp.comments import queries
from evalapp.comments.commands import group
from evalapp.core.platform import Platform
from tests.support.comments import Comments


@pytest.fixture
def run(platform: Platform):
    def call(*words: str) -> Result:
        return CliRunner().invoke(group, list(words), obj=platform)

    return call


def test_a_comment_goes_through_its_life(run, comments: Comments, platform: Platform) -> None:
    written = comments.written(text="打 " + "12" + "0" * 9)
    (listed,) = json.loads(run("list", "--json").output)
    assert listed["reference"] == written.reference
    assert listed["text"] == "打 ［电话已隐去］"
    assert json.loads(run("approve", written.reference, "--json").output)["state"] == "shown"
    answered = run("reply", written.reference, "--text", "今晚就修。", "--post", "物业科科长")
    assert answered.exit_code == 0, answered.output
    with platform.session() as session:
        (shown,) = queries.thread_page(session, written.thread_id).comments
    assert shown.reply is not None
    assert (shown.reply.current.text, shown.reply.current.post) == ("今晚就修。", "物业科科长")
    assert json.loads(run("list", "--json").output) == []
    assert run("refuse", written.reference, "--reason", "insult").exit_code == 0
    assert written.reference in run("list", "--state", "refused").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("approve", "LY-NOTHING"), 1),
        (("refuse", "LY-NOTHING", "--reason", "insult"), 1),
        (("refuse", "LY-NOTHING"), 2),
        (("refuse", "LY-NOTHING", "--reason", "mood"), 2),
        (("reply", "LY-NOTHING", "--text", "好", "--post", "科长"), 1),
    ],
)
def test_a_refusal_is_one_sentence_and_wrong_usage_is_two(run, words: tuple[str, ...], code: int) -> None:
    outcome = run(*words)
    assert outcome.exit_code == code
    assert "Traceback" not in outcome.output


def test_what_is_decided_is_not_decided_again(run, comments: Comments) -> None:
    written = comments.refused()
    outcome = run("approve", written.reference)
    assert (outcome.exit_code, outcome.output.count("\n")) == (1, 1)
