"""What the page of rules shows: the profile of the newest season, or the one that is shipped."""

from dataclasses import dataclass
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.rules.profile import SeasonProfile, read_profile
from evalapp.ledger.rules import canonical_json
from evalapp.programme.models import Season


@dataclass(frozen=True, kw_only=True)
class RulesInForce:
    """A season's title, "" before there is one, and its profile."""

    season_title: str
    profile: SeasonProfile


def rules_in_force(session: Session) -> RulesInForce:
    season = session.scalar(select(Season).order_by(Season.year.desc()).limit(1))
    if season is None or not season.profile:
        shipped = resources.files("evalapp.ballots").joinpath("profiles/default.json").read_bytes()
        return RulesInForce(season_title=season.title if season else "", profile=read_profile(shipped))
    return RulesInForce(season_title=season.title, profile=read_profile(canonical_json(season.profile)))
