"""The station's desk: what needs a recording, how far each is, chapters, and what viewers report."""

import uuid

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.console.forms.station import CaptionFileForm, ChapterForm, UploadForm, moment_text
from evalapp.console.queries import station as queries
from evalapp.console.queries.station import EpisodePage, Version
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.programme import media
from evalapp.programme.queries.revisions import ChapterMark
from evalapp.programme.rules.recordings import (
    CAPTION_LANGUAGES,
    CHAPTER_KINDS,
    RECORDING_STATES,
    TROUBLES,
    ChapterKind,
    caption_gaps,
)
from evalapp.programme.services import recordings, recordings_captions, recordings_reports
from evalapp.web import headers, i18n
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("station", __name__, url_prefix="/desk/station")

Answer = Response | AnyResponse


@blueprint.get("")
@requires(Permission.SEE_STATION_DESK)
def desk() -> str:
    rows = queries.desk(db.session)
    return render_template("console/station/desk.html", rows=rows, states=RECORDING_STATES, now=clock.now())


@blueprint.get("/episodes/<int(max=999999):number>")
@requires(Permission.SEE_STATION_DESK)
def episode(number: int) -> Answer:
    return show(number)


@blueprint.post("/recordings/<uuid:recording_id>/retry")
@requires(Permission.DELIVER_RECORDING)
def retry(recording_id: uuid.UUID) -> Answer:
    found = queries.recording(db.session, recording_id)
    with transaction(db.session):
        recordings.retry(db.session, recording_id, by=current_actor())
    flash(_("已重新排队制作。"), "ok")
    return back(found.episode_id)


@blueprint.post("/recordings/<uuid:recording_id>/chapters")
@requires(Permission.DELIVER_RECORDING)
def add_chapter(recording_id: uuid.UUID) -> Answer:
    found = queries.recording(db.session, recording_id)
    form = ChapterForm()
    if form.validate_on_submit():
        try:
            with transaction(db.session):
                recordings_captions.add_chapter(
                    db.session,
                    recording_id,
                    start_ms=form.start_ms,
                    title=form.title.data,
                    kind=ChapterKind(form.kind.data),
                    by=current_actor(),
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("章节已加上。"), "ok")
            return back(found.episode_id, "chapters")
    return show(queries.number_of(db.session, found.episode_id), chapter_form=form, status=422)


@blueprint.post("/chapters/<uuid:chapter_id>")
@requires(Permission.DELIVER_RECORDING)
def edit_chapter(chapter_id: uuid.UUID) -> Answer:
    """Save a chapter, or remove it when that button was pressed."""
    episode_id = queries.episode_of_chapter(db.session, chapter_id)
    form = ChapterForm(prefix=prefix_of(chapter_id))
    try:
        if "remove" in request.form:
            with transaction(db.session):
                recordings_captions.remove_chapter(db.session, chapter_id, by=current_actor())
            flash(_("章节已删除。"), "ok")
            return back(episode_id, "chapters")
        if form.validate_on_submit():
            with transaction(db.session):
                recordings_captions.edit_chapter(
                    db.session,
                    chapter_id,
                    start_ms=form.start_ms,
                    title=form.title.data,
                    kind=ChapterKind(form.kind.data),
                    by=current_actor(),
                )
            flash(_("章节已保存。"), "ok")
            return back(episode_id, "chapters")
    except DomainError as error:
        form.refuse(error)
    return show(queries.number_of(db.session, episode_id), edited={chapter_id: form}, status=422)


@blueprint.post("/recordings/<uuid:recording_id>/carry-over")
@requires(Permission.DELIVER_RECORDING)
def carry_over(recording_id: uuid.UUID) -> Answer:
    found = queries.recording(db.session, recording_id)
    with transaction(db.session):
        recordings_captions.carry_over(db.session, recording_id, by=current_actor())
    flash(_("已沿用上一版的字幕和章节，请核对时间。"), "ok")
    return back(found.episode_id, "chapters")


@blueprint.post("/recordings/<uuid:recording_id>/reports/settle")
@requires(Permission.DELIVER_RECORDING)
def settle(recording_id: uuid.UUID) -> Answer:
    found = queries.recording(db.session, recording_id)
    with transaction(db.session):
        recordings_reports.settle(db.session, recording_id, by=current_actor())
    flash(_("报告已标为处理完。"), "ok")
    return back(found.episode_id)


def back(episode_id: uuid.UUID, anchor: str | None = None) -> AnyResponse:
    """Go back to the episode's page."""
    number = queries.number_of(db.session, episode_id)
    return go_to(url_for("station.episode", number=number, _anchor=anchor))


def prefix_of(chapter_id: uuid.UUID) -> str:
    """What the fields of a chapter's form begin with, so that many stand on one page."""
    return f"c{chapter_id.hex[:12]}"


def show(
    number: int,
    *,
    chapter_form: ChapterForm | None = None,
    caption_form: CaptionFileForm | None = None,
    upload_form: UploadForm | None = None,
    edited: dict[uuid.UUID, ChapterForm] | None = None,
    status: int = 200,
) -> Answer:
    """Answer with an episode's page; refused forms stand in it with what was typed."""
    page = queries.episode_page(db.session, number, actor=current_actor(), language=i18n.language())
    marks = page.playback.marks if page.playback else ()
    forms = {mark.id: (edited or {}).get(mark.id) or _form_of(mark) for mark in marks}
    body = render_template(
        "console/station/episode.html",
        page=page,
        states=RECORDING_STATES,
        troubles=TROUBLES,
        languages=CAPTION_LANGUAGES,
        trouble_of=_trouble,
        chapter_form=chapter_form or ChapterForm(formdata=None),
        caption_form=caption_form or CaptionFileForm(formdata=None),
        chapter_forms=forms,
        upload_form=(upload_form or UploadForm(formdata=None)).explained(is_asked=page.has_opened),
        gaps=_gaps(page),
        now=clock.now(),
        settings=platform().settings,
    )
    return headers.allow_player(make_response(body, status))


def _form_of(mark: ChapterMark) -> ChapterForm:
    kind = next(kind for kind, text in CHAPTER_KINDS.items() if text == mark.kind)
    return ChapterForm(
        formdata=None,
        prefix=prefix_of(mark.id),
        start=moment_text(round(mark.at * 1000)),
        title=mark.title,
        kind=kind.value,
    )


def _gaps(page: EpisodePage) -> list[dict[str, float]]:
    """Where the first language has no captions, in seconds; nothing while there are none at all."""
    if page.playback is None or not page.tracks or page.watched is None:
        return []
    spans = [(cue["start_ms"], cue["end_ms"]) for cue in page.tracks[0].cues]
    found = caption_gaps(spans, page.watched.recording.duration_ms or 0)
    return [{"start": gap.start_ms / 1000, "end": gap.end_ms / 1000} for gap in found]


def _trouble(version: Version) -> str:
    """Why a version was refused or failed, in the reader's language."""
    recording = version.recording
    if recording.trouble_code:
        return i18n.gettext(media.message(recording.trouble_code), **recording.trouble_values)
    return i18n.gettext(version.error) if version.error else ""
