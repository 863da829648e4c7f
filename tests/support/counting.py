"""What the office does with a box, from closing to publication, for tests."""

from sqlalchemy import update

from evalapp.ballots.models import Grading
from evalapp.ballots.services import closing
from evalapp.core import clock
from evalapp.results.services import counting, publishing


class Office:
    """What the office does with a box, each step in a transaction of its own."""

    def __init__(self, polling):
        self.polling = polling
        self.first, self.second = polling.officer("主任"), polling.officer("副主任")

    def close(self, episode):
        grading = self.polling.grading(episode)
        with self.polling.platform.transaction() as session:
            session.execute(update(Grading).where(Grading.id == grading.id).values(closes_at=clock.now()))
        with self.polling.platform.transaction() as session:
            assert closing.close(session, grading.id)
        return self.polling.grading(episode)

    def count(self, grading):
        with self.polling.platform.transaction() as session:
            return counting.count(session, grading, keepers=self.polling.keepers, actor=self.first)

    def prepare(self, grading):
        with self.polling.platform.transaction() as session:
            return counting.prepare(session, grading, keepers=self.polling.keepers, actor=self.first)

    def propose(self, grading):
        with self.polling.platform.transaction() as session:
            return publishing.propose_publication(session, grading, actor=self.first)

    def confirm(self, act, actor=None):
        with self.polling.platform.transaction() as session:
            return publishing.confirm_publication(session, act.id, actor=actor or self.second)

    def publish(self, episode):
        grading = self.close(episode)
        self.count(grading)
        self.prepare(grading)
        return self.confirm(self.propose(grading))

    def set_apart(self, grading, ballots, reason="one-device"):
        with self.polling.platform.transaction() as session:
            act = counting.propose_setting_apart(
                session, grading, ballots=ballots, reason=reason, note="核实无误", actor=self.first
            )
        with self.polling.platform.transaction() as session:
            return counting.confirm_setting_apart(session, act.id, actor=self.second)
