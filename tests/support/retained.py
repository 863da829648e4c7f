"""A district with one of everything that has a term of retention."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from evalapp.accounts import vault_mail
from evalapp.accounts.models import Applicant, Enrolment, Purpose, Role, StaffMember, TotpReset
from evalapp.accounts.services import residents
from evalapp.accounts.vault_mail import Owner
from evalapp.approvals.models import Case, CaseAttempt, CaseMessage, IntakeSignature, MessageState
from evalapp.comments.models import Thread
from evalapp.core import clock
from evalapp.core.jobs import Job, JobState
from evalapp.core.platform import Platform
from evalapp.disclosures.rules.asking import Doubt
from evalapp.disclosures.services import QuestionText, asking
from evalapp.notifications.models import StaffNotice
from evalapp.programme.models import Episode, PlaybackReport, Recording, Upload
from evalapp.programme.rules.recordings import Trouble
from evalapp.results.rules.again import AgainKey
from evalapp.results.services import again
from evalapp.units import services as units
from tests.support.accounts import People, phone
from tests.support.ballots import Polling
from tests.support.boards import Boards
from tests.support.boards import resident as a_resident
from tests.support.cases import Cases
from tests.support.comments import Comments
from tests.support.letters import CountingGateway, Letters
from tests.support.units import UnitFactory
from tests.support.watchable import make_watchable


class District:
    """One of everything that has a term."""

    def __init__(self, platform: Platform, people: People, polling: Polling, letters: Letters) -> None:
        self.platform, self.people, self.polling = platform, people, polling
        self.letters, self.comments = letters, Comments(platform)

    def live(self) -> None:
        self.people.client().post("/sign-in", {"phone": phone(901)})
        resident = self.people.resident(902)
        staff = self.people.at_desk(Role.OFFICE)
        self.people.sign_in(self.people.staff(Role.STATION), password="wrong")
        self.people.client().get("/desk/sign-in")
        episode = self.ballots()
        with self.platform.session() as session:
            thread = session.get_one(Thread, episode.thread_id)
        self.comments.written(thread)
        self.questioned()
        self.sent_and_unsent()
        self.told()
        self.rows(resident.resident.id, staff.staff.id, episode)

    def ballots(self) -> Episode:
        episode = self.polling.announce()
        voter = self.polling.voter()
        for _ in range(2):
            self.polling.cast(episode, voter)  # the second is a change
        with self.platform.transaction() as session:
            key = AgainKey.of(self.platform.keys)
            again.ask_again(session, episode_id=episode.id, resident_id=voter.resident_id, key=key)
            moment = clock.now() + timedelta(days=8)
            session.execute(update(Episode).where(Episode.id == episode.id).values(final_at=moment))
        return episode

    def questioned(self) -> None:
        boards = Boards(self.platform)
        line = boards.line(boards.statement(UnitFactory(self.platform).department()))
        with self.platform.transaction() as session:
            asking.ask(
                session,
                line_id=line.id,
                question=QuestionText(doubt=Doubt.PURPOSE, words="花在哪里了？"),
                resident=a_resident(),
                key=boards.key,
            )

    def sent_and_unsent(self) -> None:
        topic_id, reader = self.letters.topic(), self.letters.reader()
        self.letters.follow(topic_id, reader)
        self.letters.news(topic_id, key="n")
        self.letters.work()
        broken = self.letters.through(CountingGateway(failures=[RuntimeError("the line broke")]))
        self.letters.notify(self.letters.reader())
        broken.work()
        refusing = self.letters.through(CountingGateway(failures=[OSError("no")] * 9))
        self.letters.notify(self.letters.reader())
        refusing.work()

    def told(self) -> None:
        """A case whose applicant was sent a message."""
        cases = Cases(self.platform, self.polling.unit())
        cases.take([cases.event("submitted", "A-1", clock.now() - timedelta(minutes=3))])
        with self.platform.transaction() as session:
            case_id = session.scalars(select(Case.id)).one()
            session.add(CaseMessage(case_id=case_id, state=MessageState.SENT, ended_on=clock.today()))

    def rows(self, resident_id: Any, staff_id: Any, episode: Episode) -> None:
        now = clock.now()
        make_watchable(self.platform, episode)
        with self.platform.transaction() as session:
            recording = session.scalars(select(Recording)).one()
            residents.give_consent(session, resident_id, Purpose.REPLY_NOTICES)
            residents.withdraw_consent(session, resident_id, Purpose.REPLY_NOTICES)
            vault_mail.ask(
                session,
                self.platform.keys,
                owner=Owner(resident_id=resident_id),
                address="a@example.org",
                lang="zh",
            )
            other = session.scalars(select(StaffMember.id).where(StaffMember.id != staff_id).limit(1)).one()
            session.add(TotpReset(staff_id=other, asked_by=staff_id, asked_at=now, decided_at=now))
            session.add(
                PlaybackReport(
                    recording_id=recording.id, trouble=Trouble.NO_SOUND, reported_at=now, reporter="r", slot=0
                )
            )
            for finished_at in (now, None):
                session.add(
                    Upload(
                        episode_id=episode.id,
                        staff_id=staff_id,
                        original_name="a.mp4",
                        size=9,
                        begun_at=now,
                        expires_at=now + timedelta(days=1),
                        finished_at=finished_at,
                    )
                )
            session.add(Applicant(person_id="p", sealed_name=b"s", sealed_number=b"s", kept_at=now))
            session.add(IntakeSignature(digest="d", at=now))
            session.add(CaseAttempt(case_key="c", network_key="n", at=now))
            session.add(Enrolment(staff_id=staff_id, token_hash="t", sealed_totp=b"s", created_at=now))
            units.notify_desk(
                session, unit_id=episode.unit_id, kind="x", reference="X", path="/", due_at=now, key="x"
            )
            session.execute(update(StaffNotice).values(seen_at=now, seen_by="科长"))
            for state in (JobState.DONE, JobState.FAILED):
                session.add(Job(kind="x", state=state, run_at=now, created_at=now, finished_at=now))
