"""Refusals and failures: each with a stable code, a plain sentence and the end of the program's log."""

from collections.abc import Mapping
from enum import StrEnum


class ErrorCode(StrEnum):
    # The recording is at fault: trying again changes nothing.
    EMPTY_FILE = "empty_file"
    NOT_A_RECORDING = "not_a_recording"
    UNSUPPORTED_FORMAT = "unsupported_format"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    NO_PICTURE = "no_picture"
    TOO_MANY_STREAMS = "too_many_streams"
    TOO_MANY_PICTURES = "too_many_pictures"
    TOO_MANY_CHANNELS = "too_many_channels"
    PICTURE_TOO_LARGE = "picture_too_large"
    PICTURE_TOO_SMALL = "picture_too_small"
    FRAME_RATE = "frame_rate"
    FRAME_COUNT = "frame_count"
    VIDEO_CODEC = "video_codec"
    AUDIO_CODEC = "audio_codec"
    # Captions, chapters and slides.
    CAPTIONS_TOO_LARGE = "captions_too_large"
    CAPTIONS_ENCODING = "captions_encoding"
    CAPTIONS_FORMAT = "captions_format"
    CAPTIONS_TIME = "captions_time"
    CAPTIONS_EMPTY = "captions_empty"
    CHAPTERS_TIME = "chapters_time"
    CHAPTERS_TITLE = "chapters_title"
    CHAPTERS_FORMAT = "chapters_format"
    SLIDES = "slides"
    # This machine is at fault: trying again later may help.
    TOOL_MISSING = "tool_missing"
    SANDBOX_MISSING = "sandbox_missing"
    DISK_FULL = "disk_full"
    OUTPUT_TOO_LARGE = "output_too_large"
    DEADLINE = "deadline"
    TOOL_FAILED = "tool_failed"
    RESULT_INCOMPLETE = "result_incomplete"
    BUSY = "busy"
    # Somebody asked for it.
    CANCELLED = "cancelled"


SENTENCES: Mapping[ErrorCode, str] = {
    ErrorCode.EMPTY_FILE: "文件是空的，请重新上传。",
    ErrorCode.NOT_A_RECORDING: "这不是视频文件，请上传电视台交付的录像。",
    ErrorCode.UNSUPPORTED_FORMAT: "不支持这种文件格式，请用 MP4、MOV、MKV、TS、MPEG、AVI、WMV、MXF 或 FLV。",
    ErrorCode.INCOMPLETE: "文件不完整，请重新导出或重新上传。",
    ErrorCode.DAMAGED: "文件已损坏，无法读出画面，请重新导出。",
    ErrorCode.TOO_LARGE: "文件有 {gigabytes} GB，最大 {most} GB。",
    ErrorCode.TOO_LONG: "录像长 {minutes} 分钟，最长 {most} 分钟。",
    ErrorCode.TOO_SHORT: "录像只有 {seconds} 秒，至少要 {least} 秒。",
    ErrorCode.NO_PICTURE: "文件里没有画面。",
    ErrorCode.TOO_MANY_STREAMS: "文件里的轨道太多，最多 {most} 条。",
    ErrorCode.TOO_MANY_PICTURES: "文件里有 {count} 条画面轨道，最多 {most} 条。",
    ErrorCode.TOO_MANY_CHANNELS: "声音有 {count} 个声道，最多 {most} 个。",
    ErrorCode.PICTURE_TOO_LARGE: "画面太大，每边最多 {most} 像素。",
    ErrorCode.PICTURE_TOO_SMALL: "画面为 {width}×{height}，每边至少 {least} 像素。",
    ErrorCode.FRAME_RATE: "帧率为每秒 {rate} 帧，应在 {least} 到 {most} 帧之间。",
    ErrorCode.FRAME_COUNT: "画面的帧数与时长不符，请重新导出。",
    ErrorCode.VIDEO_CODEC: "不支持画面编码 {codec}，请用 H.264、H.265、MPEG-2 等常用编码导出。",
    ErrorCode.AUDIO_CODEC: "不支持声音编码 {codec}，请用 AAC、MP3、PCM 等常用编码导出。",
    ErrorCode.CAPTIONS_TOO_LARGE: "字幕文件太大，最大 {most} MB，最多 {cues} 条。",
    ErrorCode.CAPTIONS_ENCODING: "字幕文件的文字编码无法识别，请存为 UTF-8。",
    ErrorCode.CAPTIONS_FORMAT: "这不是 WebVTT 或 SRT 字幕文件。",
    ErrorCode.CAPTIONS_TIME: "字幕第 {line} 行的时间写法不对。",
    ErrorCode.CAPTIONS_EMPTY: "字幕文件里没有字幕。",
    ErrorCode.CHAPTERS_TIME: "章节的时间须从小到大、各不相同，并在录像时长之内。",
    ErrorCode.CHAPTERS_TITLE: "每个章节都要有标题，最多 {most} 个字。",
    ErrorCode.CHAPTERS_FORMAT: "这不是章节文件。",
    ErrorCode.SLIDES: "幻灯片或声音文件不合要求：{detail}",
    ErrorCode.TOOL_MISSING: "服务器上没有 {tool}，请联系管理员。",
    ErrorCode.SANDBOX_MISSING: "服务器上没有可用的隔离环境（bubblewrap 或 unshare），请联系管理员。",
    ErrorCode.DISK_FULL: "服务器磁盘空间不足，请联系管理员。",
    ErrorCode.OUTPUT_TOO_LARGE: "制作出的文件超过了大小上限。",
    ErrorCode.DEADLINE: "处理时间超过了上限，已停止。",
    ErrorCode.TOOL_FAILED: "处理程序出错，请稍后重试。",
    ErrorCode.RESULT_INCOMPLETE: "制作出的文件不完整，请重试。",
    ErrorCode.BUSY: "这段录像正在处理中。",
    ErrorCode.CANCELLED: "处理已取消。",
}
"""What each code says, in Chinese, with the places for its values."""


class MediaError(Exception):
    """Why something was not done; `code` and `values` are for translating, `sentence` is fit to show."""

    def __init__(self, code: ErrorCode, *, log: str = "", **values: object) -> None:
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}
        self.log = log
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format_map(self.values)


class Refused(MediaError):  # noqa: N818 - the word of the domain: what is raised says what happened
    """What was handed in cannot be used, now or later."""


class Failed(MediaError):  # noqa: N818 - the word of the domain: what is raised says what happened
    """This machine could not do it; trying again may help."""


class Cancelled(MediaError):  # noqa: N818 - the word of the domain: what is raised says what happened
    """Somebody asked for it to stop."""

    def __init__(self, *, log: str = "") -> None:
        super().__init__(ErrorCode.CANCELLED, log=log)
