"""What residents' words on a checked rectification decide: the asker's alone, those of others when enough agree."""

import enum

from evalapp.supervision.rules.profile import SupervisionProfile


class Decided(enum.StrEnum):
    """What a word brings about."""

    COUNTED = "counted"  # shown in public among the others, and nothing else
    CONFIRMED = "confirmed"
    REOPENED = "reopened"


def decided(
    profile: SupervisionProfile, *, is_asker: bool, is_mended: bool, not_mended: int, reopened: int
) -> Decided:
    """Return what one more word on the plan that was checked decides.

    The asker's word decides by itself: mended, the matter is confirmed; not mended, it is opened again.

    Whoever met with the same is heard and counted. However many of them say that it is mended, only the asker confirms.
    When `others.not_mended` of them say of the same plan that it is not, it is opened again, even where the asker had
    confirmed: mended for one is not mended. A profile without that rule only counts them, and so does a matter that was
    opened again as often as the profile allows: a word is kept where it can change nothing any more.

    `not_mended` counts the words of others with this one; `reopened` is how often the matter was opened again before.
    """
    if is_asker:
        return Decided.CONFIRMED if is_mended else Decided.REOPENED
    if is_mended or profile.others is None or reopened >= profile.reply.reopen_times:
        return Decided.COUNTED
    return Decided.REOPENED if not_mended >= profile.others.not_mended else Decided.COUNTED
