"""Uploads of recordings: tus 1.0 in pieces (creation, termination, checksum, expiration), and one plain form."""

import base64
import binascii
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn, TypeVar

from flask import Blueprint, flash, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from evalapp.console.forms.station import UploadForm
from evalapp.console.queries import station as queries
from evalapp.console.staff_views import station
from evalapp.core.errors import DomainError, Invalid, TooLarge, UnsupportedType
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.settings import Settings
from evalapp.core.transaction import taking_back, transaction
from evalapp.programme.models import Upload
from evalapp.programme.queries import planning
from evalapp.programme.services import recordings, recordings_pieces, recordings_uploads
from evalapp.programme.services.recordings_pieces import Checksum
from evalapp.programme.services.recordings_uploads import OffsetDiffers
from evalapp.web import i18n
from evalapp.web.access import current_actor, requires
from evalapp.web.bodies import takes
from evalapp.web.context import db, platform
from evalapp.web.errors import problem
from evalapp.web.i18n import _
from evalapp.web.links import go_to

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("station_uploads", __name__, url_prefix="/desk/station")

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum,expiration"
PIECE_TYPE = "application/offset+octet-stream"
ENVELOPE = 64 * 1024  # of a form around its file
LONGEST_METADATA = 4096


class WrongVersion(DomainError):  # noqa: N818  refusals are named by what they say
    """The program that uploads speaks another version of the protocol."""

    status = 412
    code = "wrong-version"


def whole_file(settings: Settings) -> int:
    """A recording and what a form puts round it."""
    return settings.upload_limit_bytes + ENVELOPE


def tus(view: View) -> View:
    """Speak the protocol: its version in every answer, refusals as problem+json, which the uploading script shows."""

    @wraps(view)
    def speak(*args: Any, **values: Any) -> Response:
        try:
            if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
                raise WrongVersion(N_("上传程序的协议版本不对，请刷新页面后再试。"))
            response: Response = view(*args, **values)
        except DomainError as error:
            db.session.rollback()
            response = problem(error.status, i18n.sentence(error), code=error.code)
            response.headers["Tus-Version"] = VERSION
            if isinstance(error, OffsetDiffers):
                response.headers["Upload-Offset"] = str(error.received)
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    return speak  # type: ignore[return-value]  # it takes and gives what the view does


@blueprint.route("/episodes/<int(max=999999):number>/uploads", methods=["OPTIONS"])
@requires(Permission.DELIVER_RECORDING)
@tus
def offer(number: int) -> Response:  # noqa: ARG001  the address names it
    """Say what this end can do."""
    response = Response(status=204)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(platform().settings.upload_limit_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(recordings_pieces.ALGORITHMS)
    return response


@blueprint.post("/episodes/<int(max=999999):number>/uploads")
@requires(Permission.DELIVER_RECORDING)
@tus
def begin(number: int) -> Response:
    """Expect a file."""
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    size = _whole(request.headers.get("Upload-Length"))
    recordings_uploads.require_size(size, platform().settings)
    episode_id = planning.episode(db.session, number).id
    with transaction(db.session):
        upload = recordings_uploads.begin(
            db.session,
            episode_id,
            original_name=metadata.get("filename", ""),
            size=size,
            reason=metadata.get("reason", ""),
            by=current_actor(),
            settings=platform().settings,
        )
    response = Response(status=201)
    response.headers["Location"] = url_for(".look", upload_id=upload.id)
    return _told(response, upload)


@blueprint.route("/uploads/<uuid:upload_id>", methods=["HEAD"])
@requires(Permission.DELIVER_RECORDING)
@tus
def look(upload_id: uuid.UUID) -> Response:
    """Say how far the upload is."""
    upload = recordings_uploads.own(db.session, upload_id, by=current_actor())
    if upload.finished_at is None:
        with _ended_when_lost(upload_id):
            part = recordings_uploads.part_path(platform().settings, upload_id)
            recordings_pieces.require_kept(part, upload.received)
    response = Response(status=200)
    response.headers["Upload-Length"] = str(upload.size)
    return _told(response, upload)


@blueprint.patch("/uploads/<uuid:upload_id>")
@requires(Permission.DELIVER_RECORDING)
@takes(whole_file)
@tus
def go_on(upload_id: uuid.UUID) -> Response:
    """Take a piece. What was written before the connection broke is kept."""
    if request.mimetype != PIECE_TYPE:
        raise UnsupportedType(N_("这里只接受分段上传的内容。"))
    recordings_uploads.own(db.session, upload_id, by=current_actor())
    at, checksum = (
        _whole(request.headers.get("Upload-Offset")),
        _checksum(request.headers.get("Upload-Checksum")),
    )
    with _ended_when_lost(upload_id):
        upload = _take(upload_id, at=at, checksum=checksum)
    return _told(Response(status=204), upload)


@blueprint.delete("/uploads/<uuid:upload_id>")
@requires(Permission.DELIVER_RECORDING)
@tus
def cancel(upload_id: uuid.UUID) -> Response:
    """Give the upload up."""
    recordings_uploads.own(db.session, upload_id, by=current_actor())
    _end(upload_id)
    return Response(status=204)


@blueprint.post("/uploads/<uuid:upload_id>/cancel")
@requires(Permission.DELIVER_RECORDING)
def cancel_by_form(upload_id: uuid.UUID) -> Response:
    """The same, by a button of the page."""
    upload = recordings_uploads.own(db.session, upload_id, by=current_actor())
    number = queries.number_of(db.session, upload.episode_id)
    _end(upload_id)
    flash(_("上传已取消。"), "ok")
    return go_to(url_for("station.episode", number=number))


@blueprint.post("/episodes/<int(max=999999):number>/recordings")
@requires(Permission.DELIVER_RECORDING)
@takes(whole_file, to_disk=True)
def deliver(number: int) -> Response:
    """Take a whole file by the plain form; it went to the disk while it came in. The file itself is to be chosen again."""
    episode_id, form = planning.episode(db.session, number).id, UploadForm()
    if not form.validate_on_submit():
        return station.show(number, upload_form=form, status=422)
    try:
        _deliver(episode_id, form.recording.data, reason=form.reason.data or "")
    except DomainError as error:
        form.refuse(error)
        return station.show(number, upload_form=form, status=error.status)
    flash(_("录像已收到，正在制作。"), "ok")
    return go_to(url_for("station.episode", number=number))


def _deliver(episode_id: uuid.UUID, file: FileStorage, *, reason: str) -> None:
    settings = platform().settings
    recordings.deliverable(db.session, episode_id, reason=reason)
    size = file.stream.seek(0, os.SEEK_END)
    recordings_uploads.require_size(size, settings)
    file_id = uuid.uuid4()
    file.stream.flush()
    os.fsync(file.stream.fileno())
    part = recordings_uploads.part_path(settings, file_id)
    os.link(file.stream.name, part)  # werkzeug removes its own name at the end of the request
    with taking_back(lambda: part.unlink(missing_ok=True)), transaction(db.session):
        recordings.deliver(
            db.session,
            episode_id,
            file_id=file_id,
            original_name=file.filename or "",
            size=size,
            reason=reason,
            by=current_actor(),
        )


def _take(upload_id: uuid.UUID, *, at: int, checksum: Checksum | None) -> Upload:
    settings = platform().settings
    path = recordings_uploads.part_path(settings, upload_id)
    with recordings_pieces.opened(path) as file:
        with transaction(db.session):
            upload = recordings_uploads.expecting(db.session, upload_id, at=at)
        if (request.content_length or 0) > upload.size - at:
            raise TooLarge(N_("传来的内容比声明的多。"))
        recordings_pieces.go_on(file, at=at)
        reached = recordings_pieces.write(
            file,
            _pieces(upload.size - at, must_be_whole=checksum is not None),
            at=at,
            every=settings.upload_piece_bytes,
            folder=path.parent,
            checksum=checksum,
        )
        for received in reached:
            upload = _acknowledge(upload_id, was=at, received=received)
            at = received
    return upload


@contextmanager
def _ended_when_lost(upload_id: uuid.UUID) -> Iterator[None]:
    """End the upload when its bytes are gone or found no room: it can only begin anew."""
    try:
        yield
    except (recordings_pieces.DiskFull, recordings_pieces.Lost):
        _end(upload_id)
        raise


def _pieces(most: int, *, must_be_whole: bool) -> Iterator[bytes]:
    """The body in blocks, never more than `most`; ends where the connection breaks, and says so when it matters."""
    left = most
    try:
        while left > 0 and (block := request.stream.read(min(recordings_pieces.BLOCK, left))):
            left -= len(block)
            yield block
        if left == 0 and request.content_length is None and request.stream.read(1):
            raise TooLarge(N_("传来的内容比声明的多。"))
    except (ClientDisconnected, ConnectionError, TimeoutError):
        if must_be_whole:
            _broken()


def _broken() -> NoReturn:
    raise recordings_pieces.ChecksumMismatch(N_("这一段在路上出了差错，请再传一次。"))


def _acknowledge(upload_id: uuid.UUID, *, was: int, received: int) -> Upload:
    with transaction(db.session):
        return recordings_uploads.acknowledge(
            db.session, upload_id, was=was, received=received, by=current_actor()
        )


def _end(upload_id: uuid.UUID) -> None:
    with transaction(db.session):
        recordings_uploads.end(db.session, upload_id)
    recordings_uploads.part_path(platform().settings, upload_id).unlink(missing_ok=True)


def _told(response: Response, upload: Upload) -> Response:
    response.headers["Upload-Offset"] = str(upload.received)
    if upload.finished_at is None:
        response.headers["Upload-Expires"] = http_date(upload.expires_at)
    return response


def _metadata(header: str) -> dict[str, str]:
    """`filename d29ybGQ=,reason …`; what cannot be read is refused."""
    if len(header) > LONGEST_METADATA:
        raise Invalid(N_("上传的说明太长。"))
    found = {}
    try:
        for pair in filter(None, (part.strip() for part in header.split(","))):
            name, _space, value = pair.partition(" ")
            found[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid(N_("上传的说明写法不对。")) from error
    return found


def _whole(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise DomainError(N_("上传请求缺少长度或位置。"))
    return int(text)


def _checksum(header: str | None) -> Checksum | None:
    if header is None:
        return None
    algorithm, _space, value = header.partition(" ")
    if algorithm not in recordings_pieces.ALGORITHMS:
        raise DomainError(N_("不认识这种校验方法。"))
    try:
        return Checksum(algorithm=algorithm, digest=base64.b64decode(value, validate=True))
    except binascii.Error as error:
        raise DomainError(N_("校验值写法不对。")) from error
