"""The list of watched words, and every wording that it had."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.rules.watching import MOST_WORDS
from evalapp.console.forms.moderation import WatchedWordsForm
from evalapp.core.permissions import Permission
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import takes
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_words", __name__)

_MOST_BYTES = 1024 * 1024  # two thousand words of thirty characters, as forms encode them


@blueprint.get("/desk/office/watched-words")
@requires(Permission.MODERATE_COMMENTS)
def words() -> str:
    return _page(None)


@blueprint.post("/desk/office/watched-words")
@requires(Permission.MODERATE_COMMENTS)
@takes(lambda _settings: _MOST_BYTES)
def write() -> Response | tuple[str, int]:
    form = WatchedWordsForm()
    if status := refusal_of(
        form,
        lambda: services.write_list(
            db.session,
            lines=form.lines,
            why=form.why.data,
            seen_number=form.seen.data,
            actor=current_actor(),
        ),
    ):
        return _page(form), status
    flash(_("词表已换，以后的留言按新词表看。"), "ok")
    return go_to(url_for(".words"))


def _page(form: WatchedWordsForm | None) -> str:
    newest = queries.watched_list(db.session)
    if form is None:
        form = WatchedWordsForm(
            formdata=None,
            words="\n".join(newest.words) if newest else "",
            seen=newest.number if newest else 0,
        )
    return render_template(
        "console/moderation/words.html",
        form=form,
        newest=newest,
        versions=queries.list_versions(db.session),
        most=MOST_WORDS,
    )
