"""Episodes open for grading, residents and staff, made through the services where they exist."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from evalapp.accounts.models import Resident, Role, StaffMember
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import Grading
from evalapp.ballots.rules.grades import Channel, Dimension, Opinion, Submission
from evalapp.ballots.rules.voters import PersonKind, person_id
from evalapp.ballots.services import announcing, casting
from evalapp.ballots.services.booths import Booth, Booths
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM, Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.ledger.rules import NoteSigner
from evalapp.programme.models import Episode, Season
from evalapp.programme.services import planning
from evalapp.units.models import UnitKind
from evalapp.units.services import tree
from tests.support.watchable import add_prepared

SIGNER = NoteSigner("test.invalid/receipts", bytes(32))


@dataclass(frozen=True, kw_only=True)
class Person(casting.Voter):
    """A resident who may cast."""

    person_id: str


@dataclass
class Polling:
    """A small district: makes units, episodes with announced boxes, voters; casts and withdraws."""

    platform: Platform
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self):
        self.keepers = Keepers(self.platform.keys)
        self.booths = Booths(self.keepers, lock_file=self.platform.settings.data_dir / "casting.lock")

    def unit(self, *, rank_class="职能部门"):
        n = next(self.numbers)
        with self.platform.transaction() as session:
            return tree.add_unit(
                session,
                kind=UnitKind.DEPARTMENT,
                name=f"测试局{n}",
                slug=f"unit-{n}",
                rank_class=rank_class,
                actor=SYSTEM,
            )

    def season(self, year=2026, *, profile=None):
        with self.platform.transaction() as session:
            found = session.query(Season).filter_by(year=year).one_or_none()
            if found is None:
                found = planning.create_season(
                    session, year=year, title=f"{year} 年", profile=profile, actor=SYSTEM
                )
        return found

    def episode(self, *, unit=None, season=None, opens_in=timedelta(0), days=7, is_prepared=True):
        unit, season, n = unit or self.unit(), season or self.season(), next(self.numbers)
        with self.platform.transaction() as session:
            made = planning.create_episode(
                session,
                season_id=season.id,
                unit_id=unit.id,
                title="社保办事，少跑一趟",
                number=n,
                actor=SYSTEM,
            )
            made.opens_at = clock.now() + opens_in
            made.closes_at = made.opens_at + timedelta(days=days)
            if is_prepared:
                add_prepared(session, made)
        return made

    def announce(self, episode=None, **options) -> Episode:
        """An episode whose boxes are announced (and open, unless `opens_in` says later)."""
        episode = episode or self.episode(**options)
        with self.platform.transaction() as session:
            announcing.announce(
                session, episode, keepers=self.keepers, receipts=SIGNER.verifier, actor=SYSTEM
            )
        return episode

    def grading(self, episode) -> Grading:
        with self.platform.session() as session:
            return session.query(Grading).filter_by(episode_id=episode.id).one()

    def booth(self, episode) -> Booth:
        with self.platform.session() as session:
            return self.booths.of(session, episode.number)

    def voters(self, number: int) -> list[Person]:
        """Residents who may cast."""
        made = []
        with self.platform.transaction() as session:
            for _ in range(number):
                n = next(self.numbers)
                resident = Resident(
                    id=uuid.uuid4(),
                    person_id=person_id(bytes(32), PersonKind.TELEPHONE, f"+8612{n:09}").hex(),
                    created_at=clock.now(),
                    last_used_at=clock.now(),
                    number_block=f"{n:064x}",
                )
                session.add(resident)
                made.append(Person(resident_id=resident.id, person_id=resident.person_id))
        return made

    def voter(self) -> Person:
        return self.voters(1)[0]

    def officer(self, post="区纪委监委党风室主任", **fields) -> Actor:
        staff = StaffMember(
            id=uuid.uuid4(),
            login=f"counter{next(self.numbers)}",
            post=post,
            role=Role.OFFICE,
            password_hash="",
            created_at=clock.now(),
            **fields,
        )
        with self.platform.transaction() as session:
            session.add(staff)
        return Actor(
            kind=ActorKind.STAFF,
            id=staff.id,
            name=post,
            permissions=frozenset({Permission.RUN_BOXES, Permission.APPROVE_RESULTS}),
        )

    def cast(self, episode, voter, grades=(5, 5, 5), **options):
        key = options.pop("key", None) or uuid.uuid4().hex
        with self.platform.transaction() as session:
            booth = self.booths.of(session, episode.number)
            return casting.cast(
                session, booth, submission(grades, **options), voter=voter, circumstances=circumstances(key)
            )

    def withdraw(self, episode, voter, *, key=None):
        with self.platform.transaction() as session:
            booth = self.booths.of(session, episode.number)
            return casting.withdraw(
                session, booth, voter=voter, circumstances=circumstances(key or uuid.uuid4().hex)
            )


def circumstances(key, *, device="device", address="192.0.2.7"):
    return casting.Circumstances(channel=Channel.API, idempotency_key=key, device=device, address=address)


def submission(grades=(5, 5, 5), *, reasons=None, nonce=None, watched=4) -> Submission:
    return Submission(
        opinion=Opinion(grades=dict(zip(Dimension, grades, strict=True)), reasons=reasons or {}),
        nonce=nonce or uuid.uuid4().bytes,
        watched=watched,
    )
