"""What ffmpeg is told, by its properties: guarded input, one process, nothing of the file but picture and sound."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from episodes import commands
from episodes.commands import Plan
from episodes.ladder import ladder
from episodes.results import Picture, Recording
from episodes.settings import Settings
from tests.support.recordings import PICTURE, RECORDING, picture_of

SETTINGS = Settings()
GUARD = {
    "-protocol_whitelist": "file",
    "-format_whitelist": "mov,mp4,matroska,webm,mpegts,mpeg,avi,asf,mxf,flv",
    "-max_streams": "32",
    "-max_pixels": "9500000",
    "-probesize": "20M",
    "-analyzeduration": "20M",
}


def plan_for(
    picture: Picture = PICTURE,
    *,
    sound: bool = True,
    gain: float = 0.0,
    limited: bool = False,
    late: bool = False,
) -> Plan:
    recording: Recording = replace(RECORDING, picture=picture, sound=RECORDING.sound if sound else None)
    rate = picture.average_rate
    return Plan(
        recording=recording,
        seconds=recording.seconds,
        late=late,
        frame_rate=rate,
        rungs=ladder(picture, SETTINGS.ladder, rate=rate),
        tiles=commands.tiles_for(recording.seconds, picture.width, picture.height, SETTINGS),
        gain=gain,
        limited=limited,
    )


def everything(plan: Plan) -> list[str]:
    return commands.everything("/in/recording", plan, SETTINGS)


def said(words: Sequence[str], option: str) -> list[str]:
    return [after for word, after in itertools.pairwise(words) if word == option]


def unguarded(words: Sequence[str], source: str) -> list[str]:
    """Which parts of the guard are missing between the previous input and the foreign one."""
    end = next(at for at, word in enumerate(words) if word == "-i" and words[at + 1] == source)
    begin = max((at for at, word in enumerate(words[:end]) if word == "-i"), default=0)
    own = words[begin:end]
    return [f"{name} {value}" for name, value in GUARD.items() if said(own, name) != [value]]


@pytest.mark.parametrize(
    "words",
    [
        everything(plan_for()),
        everything(plan_for(sound=False)),
        commands.report("/in/recording", SETTINGS),
        commands.packets("/in/recording", 0, SETTINGS),
        commands.loudness("/in/recording", RECORDING, SETTINGS),
    ],
)
def test_a_foreign_file_is_only_opened_behind_the_guard(words: list[str]) -> None:
    assert unguarded(words, "file:/in/recording") == []


def test_a_missing_guard_is_found() -> None:
    """The planted defect: one part of the guard taken away."""
    words = everything(plan_for())
    at = words.index("-format_whitelist")
    assert unguarded(words[:at] + words[at + 2 :], "file:/in/recording") != []


def test_only_ladder_tiles_and_stills_are_written_and_nothing_is_read_from_the_terminal() -> None:
    words = everything(plan_for())
    assert "-nostdin" in words
    assert said(words, "-i") == ["file:/in/recording"]
    assert said(words, "-f") == ["tee", "image2", "image2"]
    assert not [word for word in words if word.startswith("/")]
    assert said(words, "-max_alloc") == ["268435456"]


def test_nothing_of_the_file_gets_through_but_one_picture_and_one_sound() -> None:
    words = everything(plan_for())
    assert said(words, "-map_metadata") == ["-1"] * 3
    assert said(words, "-map_chapters") == ["-1"] * 3
    assert words.count("-sn") == words.count("-dn") == 3
    assert all(mapped.startswith("[") for mapped in said(words, "-map"))


def test_every_output_ends_by_count_and_the_input_by_time() -> None:
    words = everything(plan_for())
    assert said(words, "-frames:v") == ["1625", "30", "7"]
    assert said(words, "-t") == ["65.000"]


def test_sizes_are_set_by_hand_and_made_one_from_the_other() -> None:
    graph = said(everything(plan_for()), "-filter_complex")[0]
    sizes = [step.split("[", 1)[0] for step in graph.split("scale=")[1:]]
    assert sizes[:4] == ["1920:1080", "1280:720", "854:480", "426:240"]
    assert "-2" not in graph


@pytest.mark.parametrize("rate", ["30000/1001", "24000/1001", "60000/1001"])
def test_fractions_stay_fractions(rate: str) -> None:
    picture = replace(PICTURE, average_rate=Fraction(rate), nominal_rate=Fraction(rate))
    assert f"fps=fps={rate}" in said(everything(plan_for(picture)), "-filter_complex")[0]


def test_interlaced_pictures_are_woven_apart_before_anything_else() -> None:
    picture = replace(picture_of(720, 576), interlaced=True, progressive=False)
    graph = said(everything(plan_for(picture)), "-filter_complex")[0]
    assert graph.startswith("[0:0]bwdif=")
    assert "bwdif" not in said(everything(plan_for()), "-filter_complex")[0]


def test_there_is_always_a_sound() -> None:
    words = everything(plan_for(sound=False))
    assert [word for word in words if word.startswith("anullsrc")]
    assert "a:0" in "".join(said(words, "-map")) or "1:a" in said(words, "-map")
    assert said(words, "-c:a") == ["aac"]


def test_gain_and_limiter_come_only_when_asked_for() -> None:
    plain = said(everything(plan_for()), "-filter_complex")[0]
    assert "volume" not in plain
    assert "alimiter" not in plain
    loud = said(everything(plan_for(gain=7.5, limited=True)), "-filter_complex")[0]
    assert "volume=7.50dB" in loud
    assert "alimiter" in loud


def test_a_fixed_start_is_only_asked_for_where_something_begins_late() -> None:
    plain = said(everything(plan_for()), "-filter_complex")[0]
    assert "start_time" not in plain
    assert "first_pts" not in plain
    assert "start_time=0" in said(everything(plan_for(late=True)), "-filter_complex")[0]
    plan = plan_for()
    assert plan.recording.sound is not None
    sound = replace(plan.recording.sound, starts_at=0.7)
    late = replace(plan, recording=replace(plan.recording, sound=sound))
    assert "first_pts=0" in said(everything(late), "-filter_complex")[0]


def test_each_size_has_its_rate_and_all_are_cut_at_the_same_moments() -> None:
    words = everything(plan_for())
    assert [said(words, f"-maxrate:v:{at}") for at in range(4)] == [
        ["5500000"],
        ["3000000"],
        ["1400000"],
        ["450000"],
    ]
    assert {said(words, f"-preset:v:{at}")[0] for at in range(4)} == {"faster"}
    assert said(words, "-force_key_frames:v") == ["expr:gte(t,n_forced*4)"]
    assert [said(words, f"-sc_threshold:v:{at}") for at in range(4)] == [["0"]] * 4


def test_a_copied_top_is_not_encoded_and_the_others_follow_its_keyframes() -> None:
    plan = plan_for()
    words = everything(replace(plan, rungs=(replace(plan.rungs[0], copied=True), *plan.rungs[1:])))
    assert said(words, "-c:v:0") == ["copy"]
    assert said(words, "-map")[0] == "0:0"
    assert said(words, "-preset:v:0") == []
    assert said(words, "-bsf:v:0") == ["filter_units=remove_types=6"]
    assert said(words, "-force_key_frames:v") == ["source"]
    assert "scale=1920:1080" not in said(words, "-filter_complex")[0].replace("out_range", "")


def test_the_plain_file_is_the_720_one_and_shares_its_encoder() -> None:
    tee = everything(plan_for())[everything(plan_for()).index("-maxrate:v:3") :]
    targets = next(word for word in tee if word.startswith("[f=hls"))
    assert "select=v\\\\\\:1,a\\\\\\:0]progressive.mp4" in targets
    assert commands.progressive_rung(plan_for(picture_of(640, 360)).rungs, SETTINGS) == 0


@pytest.mark.parametrize(("seconds", "count", "each"), [(2, 1, 2), (60, 30, 2), (61, 31, 2), (5400, 100, 54)])
def test_tiles_grow_apart_before_they_grow_too_many(seconds: float, count: int, each: float) -> None:
    tiles = commands.tiles_for(seconds, 1920, 1080, SETTINGS)
    assert (tiles.count, tiles.seconds_each) == (count, each)
    assert (tiles.width, tiles.height) == (160, 90)
    assert tiles.across * tiles.down >= tiles.count


def test_a_slide_is_decoded_once_and_repeated() -> None:
    words = commands.slides(2, [50, 75], 25, (1280, 720), SETTINGS)
    graph = said(words, "-filter_complex")[0]
    assert graph.count("loop=loop=-1:size=1") == 2
    assert "trim=end_frame=50" in graph
    assert "-loop" not in words
