"""What the station and the office may look at before everybody else, and the station's own originals."""

import uuid

from flask import Blueprint
from werkzeug.wrappers import Response

from evalapp.console.queries import station as queries
from evalapp.core.permissions import Permission
from evalapp.programme import media
from evalapp.programme.queries import recordings
from evalapp.programme.rules.recordings import original_name
from evalapp.web import files
from evalapp.web.access import requires
from evalapp.web.context import db

blueprint = Blueprint("desk_media", __name__, url_prefix="/desk")


@blueprint.get("/media/<token>/<name>")
@requires(Permission.PREVIEW_RECORDING)
def watch(token: str, name: str) -> Response:
    """Send a file of a prepared version, on air or not."""
    found = recordings.preview_file(db.session, token, name)
    kind = media.type_of(name)
    if found.text is not None:
        return files.send_text(found.text, content_type=kind, is_final=found.is_final, is_private=True)
    return files.send_stored(found.name, content_type=kind, is_private=True)


@blueprint.get("/station/recordings/<uuid:recording_id>/original")
@requires(Permission.DELIVER_RECORDING)
def original(recording_id: uuid.UUID) -> Response:
    """Send what was delivered, as a download that no browser opens."""
    recording = queries.recording(db.session, recording_id)
    return files.send_download(original_name(recording.token), file_name=recording.original_name)
