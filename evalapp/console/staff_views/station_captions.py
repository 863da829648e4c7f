"""Captions on the station's desk: a file is taken in, its cues are edited page by page."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.console.forms.station import CaptionFileForm, CueRow, moment_text, typed_rows
from evalapp.console.queries import station as queries
from evalapp.console.staff_views import station
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.programme import media
from evalapp.programme.models import CaptionTrack, Recording
from evalapp.programme.queries import planning, recordings
from evalapp.programme.rules.recordings import (
    CAPTION_LANGUAGES,
    FASTEST_CAPTION,
    CaptionLanguage,
    caption_gaps,
)
from evalapp.programme.services import recordings_captions
from evalapp.programme.services.recordings_captions import EditedCue
from evalapp.web import headers, i18n
from evalapp.web.access import current_actor, requires
from evalapp.web.bodies import takes
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("station_captions", __name__, url_prefix="/desk/station")

CUES_A_PAGE = 30
FILE_AND_ENVELOPE = 4 * 1024 * 1024 + 64 * 1024
EDITOR = 512 * 1024  # thirty long cues, as a form spells them

Answer = Response | AnyResponse


@blueprint.post("/recordings/<uuid:recording_id>/captions")
@requires(Permission.DELIVER_RECORDING)
@takes(lambda _settings: FILE_AND_ENVELOPE)
def take(recording_id: uuid.UUID) -> Answer:
    """Take a caption file in the place of what was there."""
    found = queries.recording(db.session, recording_id)
    form = CaptionFileForm()
    if form.validate_on_submit():
        try:
            with transaction(db.session):
                mended = recordings_captions.take_captions(
                    db.session,
                    recording_id,
                    language=CaptionLanguage(form.language.data),
                    data=form.file.data.read(),
                    original_name=form.file.data.filename,
                    by=current_actor(),
                )
        except DomainError as error:
            form.file.errors = [i18n.sentence(error)]
        else:
            _say(_("字幕已校验并保存。"), mended)
            return station.back(found.episode_id, "captions")
    number = queries.number_of(db.session, found.episode_id)
    return station.show(number, caption_form=form, status=422)


@blueprint.get("/recordings/<uuid:recording_id>/captions/<language>")
@requires(Permission.DELIVER_RECORDING)
def editor(recording_id: uuid.UUID, language: str) -> Answer:
    recording, track = _found(recording_id, language)
    return _show(recording, track, _page())


@blueprint.post("/recordings/<uuid:recording_id>/captions/<language>")
@requires(Permission.DELIVER_RECORDING)
@takes(lambda _settings: EDITOR)
def save(recording_id: uuid.UUID, language: str) -> Answer:
    """Save one page of cues."""
    recording, track = _found(recording_id, language)
    rows, edits = _read(typed_rows(request.form))
    if any(row.problem for row in rows):
        return _show(recording, track, _page(), typed=rows, status=422)
    changed = _first_changed(edits, recordings_captions.cues_of(track))
    try:
        with transaction(db.session):
            mended = recordings_captions.edit_captions(
                db.session,
                recording_id,
                language=track.language,
                revision=request.form.get("revision", -1, type=int),
                edits=edits,
                by=current_actor(),
            )
    except DomainError as error:
        return _show(
            recording,
            track,
            _page(),
            typed=rows,
            problem=i18n.sentence(error),
            status=error.status,
        )
    _say(_("字幕已保存。"), mended)
    anchor = "cues" if changed is None else f"cue-{changed}"
    return go_to(
        url_for(".editor", recording_id=recording_id, language=language, page=_page(), _anchor=anchor)
    )


@blueprint.post("/recordings/<uuid:recording_id>/captions/<language>/drop")
@requires(Permission.DELIVER_RECORDING)
def drop(recording_id: uuid.UUID, language: str) -> Answer:
    """Take a language's captions away."""
    recording, track = _found(recording_id, language)
    with transaction(db.session):
        recordings_captions.drop_captions(
            db.session, recording_id, language=track.language, by=current_actor()
        )
    flash(_("字幕已删除。"), "ok")
    return station.back(recording.episode_id, "captions")


def _found(recording_id: uuid.UUID, language: str) -> tuple[Recording, CaptionTrack]:
    if language not in set(CaptionLanguage):
        raise NotFound(N_("还没有这种语言的字幕。"))
    recording = queries.recording(db.session, recording_id)
    return recording, recordings.track_of(db.session, recording_id, CaptionLanguage(language))


def _page() -> int:
    return max(request.args.get("page", 1, type=int), 1)


def _read(rows: Sequence[CueRow]) -> tuple[list[CueRow], list[EditedCue]]:
    read, edits = [], []
    for row in rows:
        try:
            edit = row.edited()
        except ValueError as error:
            read.append(replace(row, problem=str(error)))
        else:
            read.append(row)
            if edit is not None:
                edits.append(edit)
    return read, edits


def _first_changed(edits: Sequence[EditedCue], cues: Sequence[media.Cue]) -> int | None:
    """The first cue that is another now: where whoever saved goes on. None when none is, or it was taken out."""
    for edit in edits:
        if edit.index is None or edit.cue is None or edit.index >= len(cues):
            continue
        said = replace(edit.cue, text=edit.cue.text.replace("\r\n", "\n"))
        if said != cues[edit.index]:
            return edit.index - sum(
                each.cue is None and each.index is not None and each.index < edit.index for each in edits
            )
    return None


def _show(
    recording: Recording,
    track: CaptionTrack,
    page: int,
    *,
    typed: Sequence[CueRow] = (),
    problem: str = "",
    status: int = 200,
) -> Answer:
    cues = recordings_captions.cues_of(track)
    pages = max(-(-len(cues) // CUES_A_PAGE), 1)
    page = min(page, pages)
    first = (page - 1) * CUES_A_PAGE
    rows = typed or [_row(index, cues[index]) for index in range(first, min(first + CUES_A_PAGE, len(cues)))]
    gaps = caption_gaps(((cue.start_ms, cue.end_ms) for cue in cues), recording.duration_ms or 0)
    body = render_template(
        "console/station/captions.html",
        number=queries.number_of(db.session, recording.episode_id),
        episode=planning.episode_with_state_by_id(db.session, recording.episode_id).episode,
        recording=recording,
        track=track,
        language=CAPTION_LANGUAGES[track.language],
        playback=recordings.preview(db.session, recording, language=track.language.value),
        rows=[_shown(row) for row in rows if row.key != "new"],
        fresh=next((_shown(row) for row in rows if row.key == "new"), None),
        total=len(cues),
        too_fast=sum(media.reading_speed(cue) > FASTEST_CAPTION for cue in cues),
        gaps=gaps,
        problem=problem,
        page=page,
        pages=pages,
        page_address=lambda number: url_for(
            ".editor", recording_id=recording.id, language=track.language.value, page=number
        ),
    )
    return headers.allow_player(make_response(body, status))


def _row(index: int, cue: media.Cue) -> CueRow:
    return CueRow(key=str(index), start=moment_text(cue.start_ms), end=moment_text(cue.end_ms), text=cue.text)


def _shown(row: CueRow) -> dict[str, Any]:
    """A row with what is to be said of it: a problem, or how fast it must be read."""
    try:
        edit = row.edited()
    except ValueError:
        edit = None
    speed = media.reading_speed(edit.cue) if edit and edit.cue else 0.0
    return {
        "row": row,
        "at": edit.cue.start_ms / 1000 if edit and edit.cue else None,
        "speed": round(speed),
        "is_fast": speed > FASTEST_CAPTION,
    }


def _say(done: str, mended: Sequence[str]) -> None:
    flash(done, "ok")
    for sentence in mended:
        flash(i18n.gettext(sentence), "warn")
