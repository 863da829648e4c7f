"""The touch screen: its start, finding an item, a guide, the papers that one needs, help, and setting a kiosk up.

A registered kiosk shows every public page in its own frame (`accounts.kiosks`); these are the pages made for it.
"""

import hashlib
from typing import Any

from flask import Response, jsonify, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.accounts import browser, kiosks
from evalapp.accounts.services import kiosks as services
from evalapp.core import clock
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.transaction import transaction
from evalapp.portal.forms import AdoptForm
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import kiosk as pages
from evalapp.portal.queries import search
from evalapp.portal.rules.kiosk import TYPED, Way, keyboard, typed_in
from evalapp.portal.views.blueprint import blueprint
from evalapp.powers import guides, reading
from evalapp.powers.queries import item_lists, items
from evalapp.powers.queries import power as powers
from evalapp.powers.queries.item_lists import UnitCount, WantedItems
from evalapp.powers.queries.items import ShownItem
from evalapp.powers.rules.items.papers import Need
from evalapp.powers.rules.items.profile import Axis, items_profile
from evalapp.powers.rules.items.spoken import FIND, START, Spoken
from evalapp.web import assets
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.kept import kept_a_minute
from evalapp.web.links import go_to
from evalapp.web.qr import of_public_address

# The screen itself says that a turn is over or goes on, also when the token of its page is gone with the session: nothing
# can be gained by saying so for somebody else, and other sites' pages are refused before.
WITHOUT_TOKEN = ("portal.kiosk_wipe", "portal.kiosk_alive")
_ROWS = 6
_KEPT = 500  # guides on a screen
_PARTS = (
    "css/guides.css",
    "css/kiosk.css",
    "css/powers.css",
    "css/programme.css",
    "css/site.css",
    "img/favicon.svg",
    "js/kiosk.js",
    "js/page.js",
    "js/reading.js",
    "vendor/bootstrap/bootstrap.css",
)


@blueprint.get("/kiosk")
@public
def kiosk() -> str:
    return render_template(
        "portal/kiosk/start.html",
        start=pages.start(db.session),
        spoken=_page_speech(START),
        now=clock.now(),
    )


@blueprint.get("/kiosk/find")
@public
def kiosk_find() -> str:
    """Finding an item by subject, life event, unit or keyboard: everything typed and chosen is in the address."""
    way = Way(request.args["by"]) if request.args.get("by") in set(Way) else Way.SUBJECT
    profile, asked = items_profile(), request.args
    counted = kept_a_minute("items_by_label", lambda: item_lists.counts_by_label(db.session))
    chosen, page = _chosen(), None
    if chosen is not None:
        page = item_lists.items_page(db.session, chosen.wanted, limit=_ROWS, cursor=asked.get("cursor"))
    typed = typed_in(asked.get("q", ""))
    is_typing = way is Way.KEYS and chosen is None
    return render_template(
        "portal/kiosk/find.html",
        way=way,
        chosen=chosen,
        page=page,
        subjects=item_lists.labels_in_words(profile.subjects, counted[Axis.SUBJECT]),
        events=item_lists.labels_in_words(profile.events, counted[Axis.EVENT]),
        units=_units(),
        typed=typed,
        found=search.hits(db.session, typed, kind=FoundKind.SERVICE) if is_typing and typed else None,
        rows=_ROWS,
        keys=keyboard(typed),
        most=TYPED,
        spoken=_page_speech(FIND),
        now=clock.now(),
    )


@blueprint.get("/kiosk/services/<code>")
@public
def kiosk_item(code: str) -> str:
    """A guide for somebody who stands before it: the steps, what to bring, to take away."""
    shown = items.shown_item(db.session, code)
    address = platform().settings.public_url + url_for("services.item", code=shown.item.code)
    found = guides.found_out(shown.text, {})
    chart = reading.shown_flowchart(shown.flowchart_id, lambda key: powers.flowchart(db.session, key))
    return render_template(
        "portal/kiosk/item.html",
        shown=shown,
        said=shown.text,
        promise=guides.promise_words(shown.text),
        papers=guides.shown_papers(shown.text, (), found),
        found=found,
        steps=chart.steps if chart is not None else None,
        episode=pages.episode_of_unit(db.session, shown.unit.id),
        code_picture=of_public_address(address),
        term_words=reading.term_words,
        spoken=items.recorded(db.session, shown.item.id),
        now=clock.now(),
    )


@blueprint.get("/kiosk/services/<code>/papers")
@public
def kiosk_papers(code: str) -> str:
    """One question after the other, then the list: to take along on the telephone or on paper. Nothing is kept."""
    shown = items.shown_item(db.session, code)
    answers = guides.answers_in(request.args.to_dict(), version=shown.version.number)
    found = guides.found_out(shown.text, answers)
    listed = guides.shown_papers(shown.text, (), found)
    path = url_for("services.papers", code=shown.item.code)
    address = platform().settings.public_url + guides.list_address(path, shown.version.number, found)
    return render_template(
        "portal/kiosk/papers.html",
        shown=shown,
        said=shown.text,
        found=found,
        needed=[each for each in listed if each.need is Need.YES],
        choices=_choices(shown, found.answers, found.next.number if found.next else 0),
        code_picture=of_public_address(address),
        print_address=guides.list_address(f"{path}/print", shown.version.number, found),
        now=clock.now(),
    )


@blueprint.get("/kiosk/help")
@public
def kiosk_help() -> str:
    return render_template("portal/kiosk/help.html", now=clock.now())


@blueprint.get("/kiosk/offline")
@public
def kiosk_offline() -> str:
    """What the screen shows while its network is gone; kept by the screen itself."""
    return render_template("portal/kiosk/offline.html", now=clock.now())


@blueprint.get("/kiosk/worker.js")
@public
def kiosk_worker() -> Response:
    """What keeps guides on a registered kiosk; it may look after the whole site."""
    answer = Response((assets.FOLDER / "js/kiosk_worker.js").read_bytes(), mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/"
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/kiosk/pages.json")
@public
def kiosk_pages() -> Response:
    """Which pages a kiosk keeps, each with a mark that changes with it: the same for every kiosk, whoever used it."""
    guides_now = item_lists.fingerprints(db.session, limit=_KEPT)
    profile, parts = items_profile(), [assets.static(part) for part in _PARTS]
    code = hashlib.sha256(repr((sorted(guides_now.items()), parts)).encode()).hexdigest()[:16]
    lists: list[dict[str, Any]] = [{"by": way} for way in Way]
    lists += [{"by": Way.SUBJECT, "subject": subject} for subject in profile.subjects]
    lists += [{"by": Way.EVENT, "event": event} for event in profile.events]
    lists += [{"by": Way.UNIT, "unit": unit.slug} for unit in _units()]
    paths = [url_for(".kiosk"), url_for(".kiosk_help"), url_for(".kiosk_offline"), url_for(".kiosk_find")]
    paths += [url_for(".kiosk_find", **asked) for asked in lists]
    pages = dict.fromkeys(paths, code)
    look = hashlib.sha256(repr(parts).encode()).hexdigest()[:8]
    for item_code, fingerprint in guides_now.items():
        pages[url_for(".kiosk_item", code=item_code)] = f"{fingerprint[:16]}{look}"
    answer = jsonify(pages=pages, parts=parts)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.route("/kiosk/set-up", methods=["GET", "POST"])
@public
def kiosk_set_up() -> str | AnyResponse | tuple[str, int]:
    """Make this browser a kiosk, by the code that the desk has shown."""
    form = AdoptForm()
    if not form.validate_on_submit():
        return _set_up_page(form), 422 if form.is_submitted() else 200
    try:
        with transaction(db.session):
            adopted = services.adopt(db.session, code=form.code.data)
    except DomainError as error:
        form.refuse(error)
        return _set_up_page(form), error.status
    return kiosks.become(go_to(url_for(".kiosk")), adopted)


@blueprint.post("/kiosk/wipe")
@public
def kiosk_wipe() -> AnyResponse:
    """The turn is over: nothing of the person stays."""
    _only_a_kiosk()
    return kiosks.forget_person(make_response("", 204))


@blueprint.post("/kiosk/alive")
@public
def kiosk_alive() -> Response:
    """Somebody is using the screen without asking for pages: reading, typing, watching."""
    _only_a_kiosk()
    return make_response("", 204)


def _only_a_kiosk() -> None:
    if browser.kiosk() is None:
        raise NotFound(N_("这不是登记过的触摸屏。"))


def _set_up_page(form: AdoptForm) -> str:
    return render_template("portal/kiosk/set_up.html", form=form, now=clock.now())


def _page_speech(piece: Spoken) -> list[str]:
    """What is read aloud of a page, if it was recorded in today's words."""
    recorded = kept_a_minute("kiosk_speech", lambda: items.recorded(db.session, None))
    return [piece.mark] if piece.mark in recorded else []


def _units() -> list[UnitCount]:
    return kept_a_minute("items_by_unit", lambda: item_lists.counts_by_unit(db.session))


class _Chosen:
    """What a list was narrowed by, in words, and how the address says it."""

    def __init__(self, words: str, wanted: WantedItems, **asked: str) -> None:
        self.words, self.wanted, self.asked = words, wanted, asked


def _chosen() -> _Chosen | None:
    profile = items_profile()
    subject, event = request.args.get("subject", ""), request.args.get("event", "")
    unit = next((each for each in _units() if each.slug == request.args.get("unit")), None)
    if subject in profile.subjects:
        return _Chosen(profile.subjects[subject], WantedItems(subject=subject), by="subject", subject=subject)
    if event in profile.events:
        return _Chosen(profile.events[event], WantedItems(event=event), by="event", event=event)
    if unit is not None:
        return _Chosen(unit.short_name, WantedItems(unit_id=unit.id), by="unit", unit=unit.slug)
    return None


def _choices(shown: ShownItem, answers: dict[int, int], number: int) -> list[tuple[str, str]]:
    """The answers to a question, each with the address that goes on from it."""
    if not number:
        return []
    path = url_for(".kiosk_papers", code=shown.item.code)
    return [
        (
            choice,
            guides.list_address(
                path, shown.version.number, guides.found_out(shown.text, answers | {number: place})
            ),
        )
        for place, choice in enumerate(shown.text.questions[number - 1].choices, start=1)
    ]
