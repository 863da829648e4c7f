"""Loads the demonstration into an empty district: units, people, clips, a season; asks for the long recordings."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import func, select

from evalapp.accounts.models import StaffMember
from evalapp.accounts.services import kiosks
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.services.booths import Booths
from evalapp.core import clock, jobs
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.demo import applicants, district, filming, guides, laying, people, powers, season, tying
from evalapp.demo.jobs import FILM, go_on
from evalapp.demo.laying import Plan
from evalapp.demo.people import Account
from evalapp.demo.scripts import clip_of, episodes
from evalapp.demo.story import DAY, Story
from evalapp.ledger.rules import NoteSigner

SHARE = 0.06
CASES = 200_000


def is_empty(platform: Platform) -> bool:
    """Whether nobody has an account here yet."""
    with platform.session() as session:
        return session.scalar(select(func.count()).select_from(StaffMember)) == 0


def load(
    platform: Platform, *, ballots: int, tell: Callable[[str], None], share: float = SHARE
) -> Sequence[Account]:
    """Make the district; `ballots` residents grade each episode. Returns the accounts with their one-time passwords.

    Of the cases of the last weeks a `share` is there from the start; the rest of the year is laid out while the site answers.
    """
    now = clock.now()
    with tempfile.TemporaryDirectory() as name:
        tell("Filming the clips of the season")
        made = {
            clip: filming.film(
                clip.script,
                Path(name) / f"{place}.mp4",
                platform.settings,
                scene=clip.scene,
                about=clip.script.key,
            )
            for place, clip in enumerate(dict.fromkeys(clip_of(one) for one in episodes()))
        }
        tell("Making units, pledges and highlights")
        with clock.at(now - 200 * DAY), platform.transaction() as session:
            units = district.build(session)
        tell("Publishing the power list with its flowcharts")
        with clock.at(now - 400 * DAY):
            powers.publish(platform)
        with clock.at(now - 30 * DAY):
            powers.change(platform)
        with clock.at(now - 150 * DAY), platform.transaction() as session:
            everybody = people.gather(session, platform, units)
        tell("Making guides to what people apply for")
        with clock.at(now - 120 * DAY), platform.transaction() as session:
            made_guides = guides.build(session, units)
            tying.tie_pledges(session)
            # It waits for its browser: whoever tries it out gets a new code at the office's desk.
            kiosks.register(
                session,
                place="晴川区政务中心 1 楼",
                name="3 号机",
                idle_seconds=60,
                ballot_cap=300,
                actor=SYSTEM,
            )
        with clock.at(now - 60 * DAY):
            guides.attach(platform, made_guides)
        keepers = Keepers(platform.keys)
        booths = Booths(keepers, lock_file=platform.settings.data_dir / "casting.lock")
        tell("Living through the season: recordings, ballots, comments, results")
        season.live(
            Story(
                platform=platform,
                district=units,
                people=everybody,
                clips=made,
                ballots=ballots,
                now=now,
                keepers=keepers,
                booths=booths,
                signer=NoteSigner("evalapp/receipts", platform.keys.service("receipts")),
            )
        )
        booths.close()
    plan = Plan(began_at=now, share=share)
    tell("Handing in the cases of the last weeks")
    laying.lay_recent(platform, plan)
    applicants.speak(platform)
    with platform.transaction() as session:
        go_on(session, plan, number=CASES)
        for planned in episodes():
            if planned.script:
                jobs.enqueue(session, FILM, {"number": planned.number}, key=f"{FILM}.{planned.number}")
    return everybody.accounts
