"""What the station fills in: chapters, caption files, and the rows of the caption editor."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from evalapp.core.i18n import N_
from evalapp.programme.media import Cue
from evalapp.programme.rules.recordings import CAPTION_LANGUAGES, CHAPTER_KINDS, CaptionLanguage, ChapterKind
from evalapp.programme.services.recordings_captions import EditedCue
from evalapp.web.formbase import Form, stripped
from evalapp.web.i18n import lazy_gettext as _l

MOMENT = re.compile(r"(?:(\d{1,2})[:：])?(\d{1,3})[:：]([0-5]?\d)(?:[.,](\d{1,3}))?")
LONGEST_CUE = 200
NO_KIND = "—"


def milliseconds(text: str) -> int:
    """`12:04.10` and `1:02:03` in milliseconds. Raises `ValueError`."""
    found = MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds, rest = found.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int((rest or "0").ljust(3, "0"))


def moment_text(moment_ms: int) -> str:
    """`12:04.100`, `1:02:03`: the shortest text that means exactly this moment."""
    seconds, rest = divmod(moment_ms, 1000)
    minutes, last = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    whole = f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes:02}:{last:02}"
    return f"{whole}.{rest:03}" if rest else whole


def _is_moment(_form: Form, field: StringField) -> None:
    try:
        milliseconds(field.data or "")
    except ValueError:
        raise ValidationError(_l("请写成 12:04 或 1:02:03 这样的时间。")) from None


class ChapterForm(Form):
    """A moment, its title, and what it is about."""

    start = StringField(
        _l("开始"), filters=[stripped], validators=[InputRequired(_l("请写开始的时间。")), _is_moment]
    )
    title = StringField(
        _l("标题"),
        filters=[stripped],
        validators=[InputRequired(_l("请写标题。")), Length(max=60, message=_l("标题最多 60 个字。"))],
    )
    kind = SelectField(
        _l("内容"),
        choices=[
            SelectChoice(kind.value, _l(text) if text else NO_KIND) for kind, text in CHAPTER_KINDS.items()
        ],
        default=ChapterKind.OTHER.value,
        validators=[InputRequired()],
    )

    @property
    def start_ms(self) -> int:
        return milliseconds(self.start.data)


class UploadForm(Form):
    """A whole recording by the plain form, and why it replaces another once grading has opened."""

    recording = FileField(
        _l("录像文件"), id="recording-file", validators=[FileRequired(_l("请先选择录像文件。"))]
    )
    reason = StringField(
        _l("更换原因"),
        id="recording-reason",
        description=_l("这一期已经开评，原因会在节目页公开，最多 200 个字。"),
        filters=[stripped],
    )

    def explained(self, *, is_asked: bool) -> Self:
        """Ask why, where the reason is shown to the public."""
        self.reason.flags.required = is_asked
        return self


class CaptionFileForm(Form):
    """A caption file in a language."""

    file = FileField(
        _l("字幕文件"),
        description=_l("WebVTT 或 SRT，最大 4 MB"),
        validators=[FileRequired(_l("请先选择字幕文件。"))],
    )
    language = SelectField(
        _l("语言"),
        choices=[SelectChoice(language.value, _l(name)) for language, name in CAPTION_LANGUAGES.items()],
        default=CaptionLanguage.CHINESE.value,
        validators=[InputRequired()],
    )


@dataclass(frozen=True, kw_only=True)
class CueRow:
    """A row of the editor as it was typed. `problem` is a source text, '' when there is none."""

    key: str  # the number of the cue, or `new`
    start: str
    end: str
    text: str
    problem: str = ""

    def edited(self) -> EditedCue | None:
        """What the row asks for; None for an empty new one. Raises `ValueError` with what is wrong."""
        index = None if self.key == "new" else int(self.key)
        if not self.text.strip():
            return None if index is None else EditedCue(index=index, cue=None)
        if len(self.text) > LONGEST_CUE:
            raise ValueError(N_("一条字幕最多 200 个字。"))
        try:
            start, end = milliseconds(self.start), milliseconds(self.end)
        except ValueError:
            raise ValueError(N_("时间请写成 12:04.100 这样。")) from None
        if end <= start:
            raise ValueError(N_("结束要晚于开始。"))
        return EditedCue(index=index, cue=Cue(start_ms=start, end_ms=end, text=self.text.strip()))


def typed_rows(form: Mapping[str, str]) -> list[CueRow]:
    """The rows of a posted editor."""
    keys = [name.removesuffix("-text") for name in form if name.endswith("-text")]
    rows = []
    for prefix in keys:
        key = prefix.removeprefix("cue-")
        if key == "new" or key.isdecimal():
            start, end = form.get(f"{prefix}-start", ""), form.get(f"{prefix}-end", "")
            rows.append(CueRow(key=key, start=start, end=end, text=form.get(f"{prefix}-text", "")))
    return rows
