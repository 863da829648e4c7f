"""The public pages of service items: the list, one guide, the papers one needs, their sheets of paper, forms to download."""

import re

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers import guides, reading
from evalapp.powers.queries import item_lists, items
from evalapp.powers.queries import power as powers
from evalapp.powers.queries.item_lists import WantedItems
from evalapp.powers.queries.items import ShownItem
from evalapp.powers.queries.lists import TEXT_LIMIT
from evalapp.powers.rules.items.papers import Need
from evalapp.powers.rules.items.profile import Axis, items_profile
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.services.items import speech
from evalapp.powers.services.items.files import stored_name_of
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.files import send_download, send_stored
from evalapp.web.kept import kept_a_minute
from evalapp.web.qr import of_public_address

blueprint = Blueprint("services", __name__)

_MARK = re.compile("[0-9a-f]{40}")


@blueprint.get("/services")
@public
def index() -> str:
    """The list with its filters by GET; what is no filter is passed over."""
    profile = items_profile()
    units = kept_a_minute("items_by_unit", lambda: item_lists.counts_by_unit(db.session))
    counted = kept_a_minute("items_by_label", lambda: item_lists.counts_by_label(db.session))
    unit = next((each for each in units if each.slug == request.args.get("unit", "")), None)
    subject = _known(request.args.get("subject", ""), Axis.SUBJECT)
    event = _known(request.args.get("event", ""), Axis.EVENT)
    text = "".join(sign for sign in request.args.get("q", "") if sign.isprintable()).strip()[:TEXT_LIMIT]
    withdrawn = request.args.get("state") == PowerState.WITHDRAWN
    wanted = WantedItems(
        unit_id=unit.id if unit else None,
        subject=subject,
        event=event,
        state=PowerState.WITHDRAWN if withdrawn else PowerState.PUBLISHED,
        text=text,
    )
    asked = {"unit": unit.slug if unit else "", "subject": subject, "event": event, "q": text}
    asked["state"] = PowerState.WITHDRAWN.value if withdrawn else ""
    return render_template(
        "powers/items/index.html",
        page=item_lists.items_page(db.session, wanted, cursor=request.args.get("cursor")),
        total=sum(each.number for each in units),
        units=units,
        unit=unit,
        subjects=item_lists.labels_in_words(profile.subjects, counted[Axis.SUBJECT]),
        events=item_lists.labels_in_words(profile.events, counted[Axis.EVENT]),
        subject=subject,
        event=event,
        text=text,
        is_withdrawn=withdrawn,
        asked={name: value for name, value in asked.items() if value},
    )


@blueprint.get("/services/<code>")
@public
def item(code: str) -> str:
    shown = items.shown_item(db.session, code)
    past = items.versions(db.session, shown.item.id)
    chosen = reading.asked_versions(past)
    whole = items.whole_versions(db.session, shown.item.id, chosen) if chosen else {}
    found = guides.found_out(shown.text, {})
    return render_template(
        "powers/items/item.html",
        shown=shown,
        said=shown.text,
        labels=guides.label_words(shown.text),
        promise=guides.promise_words(shown.text),
        papers=guides.shown_papers(shown.text, items.files(db.session, shown.item.id), found),
        found=found,
        steps=_steps(shown),
        versions=past,
        chosen=chosen,
        rows=guides.compared(whole[chosen[0]].text, whole[chosen[1]].text) if chosen else [],
        today=clock.today(),
        term_words=reading.term_words,
    )


@blueprint.get("/services/<code>/print")
@public
def paper(code: str) -> str:
    """The whole guide on paper, with a code that leads back and the day."""
    shown = items.shown_item(db.session, code)
    address = platform().settings.public_url + url_for(".item", code=shown.item.code)
    found = guides.found_out(shown.text, {})
    return render_template(
        "powers/items/paper.html",
        shown=shown,
        said=shown.text,
        promise=guides.promise_words(shown.text),
        papers=guides.shown_papers(shown.text, items.files(db.session, shown.item.id), found),
        steps=_steps(shown),
        code_picture=of_public_address(address),
        address=address,
        today=clock.today(),
        term_words=reading.term_words,
    )


@blueprint.get("/services/<code>/papers")
@public
def papers(code: str) -> str:
    """Which papers one still needs: the answers and the ticks are in the address and nowhere else."""
    return _list_of_papers(items.shown_item(db.session, code), "powers/items/papers.html")


@blueprint.get("/services/<code>/papers/print")
@public
def papers_paper(code: str) -> str:
    return _list_of_papers(items.shown_item(db.session, code), "powers/items/papers_paper.html")


@blueprint.get("/services/files/<token>")
@public
def file(token: str) -> Response:
    """Send a form or sample to be saved and never shown: nothing in it is trusted."""
    found = items.public_file(db.session, token)
    return send_download(stored_name_of(found.token), file_name=found.file_name)


@blueprint.get("/services/speech/<mark>.wav")
@public
def sound(mark: str) -> Response:
    """Send what was recorded of a guide, whole or by ranges; the same words have the same address for good."""
    if not _MARK.fullmatch(mark):
        raise NotFound(N_("没有这段录音。"))
    return send_stored(speech.file_name(mark), content_type="audio/wav")


@blueprint.get("/services/rules")
@public
def rules() -> str:
    """How codes are made, by which subjects and events one finds items, and where that comes from."""
    return render_template("powers/items/rules.html", profile=items_profile())


def _list_of_papers(shown: ShownItem, template: str) -> str:
    """A list that was made of an earlier guide loses its answers: their numbers may mean something else now."""
    version = request.args.get("v", type=int)
    is_older = version is not None and version != shown.version.number
    found = guides.found_out(
        shown.text, guides.answers_in(request.args.to_dict(), version=shown.version.number)
    )
    ticks = frozenset() if is_older else frozenset(request.args.getlist("have", type=int))
    listed = guides.shown_papers(shown.text, items.files(db.session, shown.item.id), found, ticked=ticks)
    needed = [each for each in listed if each.need is Need.YES]
    ticked = [each.number for each in listed if each.is_ticked and each.need is not Need.NO]
    path = url_for(".papers", code=shown.item.code)
    address = guides.list_address(path, shown.version.number, found, ticked)
    return render_template(
        template,
        shown=shown,
        said=shown.text,
        found=found,
        needed=needed,
        still_open=[each for each in listed if each.need is Need.OPEN],
        left_out=len([each for each in listed if each.need is Need.NO]),
        missing=len([each for each in needed if not each.is_ticked]),
        ticked=ticked,
        is_older=is_older,
        print_address=address.replace("/papers?", "/papers/print?", 1),
        address=platform().settings.public_url + address,
        code_picture=of_public_address(platform().settings.public_url + address),
        today=clock.today(),
    )


def _steps(shown: ShownItem) -> Markup | None:
    """The steps of the power that an item stands under, as its own page lists them."""
    chart = reading.shown_flowchart(shown.flowchart_id, lambda key: powers.flowchart(db.session, key))
    return chart.steps if chart is not None else None


def _known(given: str, axis: Axis) -> str:
    return given if given in items_profile().names(axis) else ""
