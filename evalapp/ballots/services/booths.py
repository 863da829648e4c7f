"""The polling booth of an episode: what casting needs and what never changes once the rules are fixed."""

from __future__ import annotations

import fcntl
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from evalapp.ballots.keepers import Keepers, KeyGone
from evalapp.ballots.queries import gradings
from evalapp.ballots.queries.gradings import GradedEpisode
from evalapp.ballots.rules.profile import reason_codes
from evalapp.ballots.services.locks import is_postgresql, lock_number
from evalapp.core import clock
from evalapp.core.errors import Conflict, Unavailable
from evalapp.core.i18n import N_


class Closed(Conflict):
    """The box does not take ballots now."""

    code = "box-closed"
    title = N_("现在不收评票。")


def shown(moment: datetime) -> str:
    """Return a moment as refusals name it."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def refusal_when_over(
    *, is_void: bool, closed_at: datetime | None, closes_at: datetime, now: datetime
) -> Closed | None:
    """What a box says that is void, or closed, and when it closed; None while neither is so."""
    if is_void:
        return Closed(N_("这一期的评议已经作废。"))
    if closed_at is not None or now >= closes_at:
        return Closed(N_("评议已于 %(moment)s 截止。"), moment=shown(closes_at))
    return None


@dataclass(frozen=True, kw_only=True)
class BoothBox:
    id: uuid.UUID
    reference: str
    public_key: bytes


@dataclass(frozen=True, kw_only=True)
class Booth:
    """One episode's boxes with the secrets that tie voters to them; held only while grading is open."""

    grading_id: uuid.UUID
    episode_id: uuid.UUID
    unit_id: uuid.UUID
    reference: str
    lock: int
    boxes: Mapping[str, BoothBox]
    reasons: Mapping[str, frozenset[str]]
    changes_per_hour: int
    ballots_per_box: int
    voter_secret: bytes
    signal_key: bytes
    until: datetime

    def group_of_box(self, box_id: uuid.UUID) -> str:
        return next(group for group, box in self.boxes.items() if box.id == box_id)


class Booths:
    """The booths of this process. On SQLite ballots are cast in one process: a second is refused by a file lock."""

    def __init__(self, keepers: Keepers, *, lock_file: Path) -> None:
        self.keepers = keepers
        self._lock_file = lock_file
        self._held: IO[bytes] | None = None
        self._known: dict[int, Booth] = {}
        self._guard = threading.Lock()

    def known(self, number: int) -> Booth | None:
        """The booth if it is open in this process already: no question to the database."""
        booth = self._known.get(number)
        return booth if booth is not None and clock.now() < booth.until else None

    def of(self, session: Session, number: int) -> Booth:
        """The booth of the episode with this number. Raises `NotFound`, `Closed`, `KeyGone`, `Unavailable`.

        The secrets of a box that is over may be forgotten: it is then closed, and the missing key is no reason.
        """
        self._stay_alone(session)
        known = self.known(number)
        if known is not None:
            return known
        booth = self._open(session, number)
        self._known = {
            each: booth for each, booth in self._known.items() if clock.now() < booth.until and each != number
        }
        self._known[number] = booth
        return booth

    def _open(self, session: Session, number: int) -> Booth:
        found = gradings.graded_episode(session, number)
        grading, episode = found.grading, found.episode
        profile = gradings.profile_from(grading.profile)
        voter_secret, signal_key = self._secrets(found)
        return Booth(
            grading_id=grading.id,
            episode_id=episode.id,
            unit_id=episode.unit_id,
            reference=episode.reference,
            lock=lock_number(grading.id),
            boxes={
                box.group: BoothBox(id=box.id, reference=box.reference, public_key=box.public_key)
                for box in gradings.boxes(session, grading.id)
            },
            reasons=reason_codes(profile),
            changes_per_hour=profile.changes_per_hour,
            ballots_per_box=profile.ballots_per_box,
            voter_secret=voter_secret,
            signal_key=signal_key,
            until=grading.closes_at,
        )

    def _secrets(self, found: GradedEpisode) -> tuple[bytes, bytes]:
        grading, episode = found.grading, found.episode
        try:
            return self.keepers.voter_secret(episode.reference), self.keepers.signal_key(episode.reference)
        except KeyGone:
            refusal = refusal_when_over(
                is_void=grading.voided_at is not None or episode.withdrawn_at is not None,
                closed_at=grading.closed_at,
                closes_at=grading.closes_at,
                now=clock.now(),
            )
            if refusal is not None:
                raise refusal from None
            raise

    def _stay_alone(self, session: Session) -> None:
        if is_postgresql(session):
            return
        with self._guard:
            if self._held is None:
                self._held = _locked(self._lock_file)

    def close(self) -> None:
        """Let another process cast."""
        if self._held is not None:
            self._held.close()
            self._held = None


def _locked(path: Path) -> IO[bytes]:
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Unavailable(N_("另一个进程正在收票，请稍后再试。")) from None
    return file
