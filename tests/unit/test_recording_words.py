"""What the media library says has its English, whatever the code."""

from evalapp.programme import media
from evalapp.web import i18n


def test_every_sentence_of_the_media_library_has_its_english() -> None:
    english = i18n.catalogue("en")
    assert [text for text in media.messages() if text not in english] == []


def test_places_are_filled_the_way_of_our_sentences() -> None:
    assert media.message("too_short") % {"seconds": "3.0", "least": "10"} == "录像只有 3.0 秒，至少要 10 秒。"
