"""A list of thirty costs as many statements as a list of one: every list page, public, desk and interface."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from evalapp.accounts.models import Role
from evalapp.accounts.services import kiosks
from evalapp.ballots.rules.grades import Dimension
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import Row
from evalapp.disclosures import services as disclosures
from evalapp.disclosures.models import QuestionAllowance
from evalapp.disclosures.rules.asking import Doubt
from evalapp.disclosures.rules.periods import Period
from evalapp.disclosures.services import QuestionText
from evalapp.notifications.models import Channel, Letter, LetterState
from evalapp.powers.models import Power, ServiceItem
from evalapp.programme.models import Episode, EpisodeSegment
from evalapp.programme.services import following
from evalapp.results.models import LowGrade, Objection
from evalapp.results.rules.objections import ObjectionReason
from evalapp.retention.models import Removal
from evalapp.supervision import services as supervision
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind
from evalapp.units import services as units_services
from evalapp.units.models import Unit
from tests.support.accounts import People
from tests.support.ballots import Polling
from tests.support.boards import Boards
from tests.support.comments import Comments
from tests.support.counting import Office
from tests.support.items import ItemFactory
from tests.support.letters import Letters
from tests.support.matters import ANSWER, Matters
from tests.support.pledges import PledgeFactory
from tests.support.programme import Programme
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import make_watchable

LISTS = {
    "anonymous": (
        "/",
        "/boards",
        "/boards/{slug}",
        "/boards/{slug}/finances/2025",
        "/boards/{slug}/finances/2026-Q2",
        "/boards/{slug}/finances/2026-Q2/print",
        "/boards/{slug}/finances/2026-Q2/lines/记-1-1",
        "/boards/{slug}/print",
        "/episodes",
        "/episodes/{number}",
        "/episodes/{judged}/results",
        "/kiosk",
        "/kiosk/find",
        "/kiosk/find?subject=health",
        "/kiosk/pages.json",
        "/league",
        "/matters",
        "/matters?which=late",
        "/moderation",
        "/monitor",
        "/monitor/journal",
        "/monitor/units/{slug}",
        "/powers",
        "/powers/{power}",
        "/powers/years",
        "/powers/years?change=added",
        "/search?q=区",
        "/services",
        "/services?subject=health&q=卫生",
        "/services/{item}",
        "/units",
        "/units/{slug}",
        "/units/{slug}/highlights",
        "/units/{slug}/highlights/print",
        "/feed.xml",
        "/schedule.ics",
        "/schedule.xml",
        "/sitemap.xml",
        "/metrics",
        "/api/v1/disclosures",
        "/api/v1/episodes",
        "/api/v1/episodes/{number}/comments",
        "/api/v1/league/2026",
        "/api/v1/pledges",
        "/api/v1/powers",
        "/api/v1/powers/{power}",
        "/api/v1/services",
        "/api/v1/units",
        "/api/v1/units/{slug}",
    ),
    "resident": ("/", "/episodes", "/episodes/{number}", "/me"),
    Role.OFFICE: (
        "/desk/office",
        "/desk/office/appeals",
        "/desk/office/boards",
        "/desk/office/boards/{slug}",
        "/desk/office/boxes",
        "/desk/office/boxes/{judged}",
        "/desk/office/boxes/{judged}/correction",
        "/desk/office/calendar",
        "/desk/office/cards",
        "/desk/office/comments",
        "/desk/office/episodes",
        "/desk/office/kiosks",
        "/desk/office/matters",
        "/desk/office/matters?which=late",
        "/desk/office/notices",
        "/desk/office/places",
        "/desk/office/points",
        "/desk/office/powers",
        "/desk/office/quarters",
        "/desk/office/powers/units/{slug}",
        "/desk/office/supervision-notices",
        "/desk/office/units",
        "/desk/office/reports",
        "/desk/office/units/{slug}",
        "/desk/office/watched-words",
    ),
    Role.UNIT: (
        "/desk/unit/boards",
        "/desk/unit/dossiers",
        "/desk/unit/highlights",
        "/desk/unit/inbox",
        "/desk/unit/inbox?show=free",
        "/desk/unit/inbox?show=answered",
        "/desk/unit/reply-templates",
        "/desk/unit/matters",
        "/desk/unit/pledges",
        "/desk/unit/powers",
        "/desk/unit/powers/{power}",
        "/desk/unit/results",
        "/desk/unit/services",
        "/desk/unit/services/{item}",
        "/desk/unit/voices",
        "/desk/notices",
    ),
    Role.REPORTS: ("/desk/reports",),
    Role.STATION: ("/desk/station",),
    Role.AUDITOR: ("/desk/audit", "/desk/retention"),
    Role.ADMINISTRATOR: ("/desk/staff",),
}

TOTALS = [(name, "", "", "0", None, "") for name in ("期初结余", "收入合计", "支出合计", "期末结余")]


class District:
    """Grows by one of everything that lists show."""

    def __init__(self, platform: Platform, people: People) -> None:
        self.platform, self.people = platform, people
        self.units, self.polling = UnitFactory(platform), Polling(platform)
        self.programme, self.pledges = Programme(platform, self.units), PledgeFactory(platform)
        self.comments, self.matters = Comments(platform), Matters(platform, self.units)
        self.items, self.boards, self.hung = ItemFactory(platform), Boards(platform), 0
        self.unit = self.units.department("区第一局", rank_class="甲")
        self.resident, self.letters = people.resident(), Letters(platform)
        self.judged = self.judge()
        self.first = self.grow()
        self.browsers = {"anonymous": people.client(), "resident": self.resident.browser}
        for role in Role:
            person = people.at_desk(role)
            self.browsers[role] = person.browser
            if role is Role.UNIT:
                with platform.transaction() as session:
                    units_services.assign_staff(
                        session, unit_id=self.unit.id, staff_id=person.staff.id, actor=OFFICER
                    )

    def judge(self) -> Episode:
        """An episode with a published result that everything is about which comes of results."""
        judged = self.polling.announce(unit=self.unit, season=self.programme.season(2026))
        for voter in self.polling.voters(10):
            self.polling.cast(judged, voter, (5, 5, 2), reasons={Dimension.SERVICE: ("slow",)})
        Office(self.polling).publish(judged)
        return judged

    def aftermath(self, later: Episode) -> None:
        """One more matter of low grades, one more upheld objection with its correction, one more look back."""
        judged = self.judged
        low = self.matters.opened(MatterKind.LOW_GRADE, self.unit, about=later.reference)
        objected = self.matters.opened(MatterKind.OBJECTION, self.unit, about=judged.reference)
        self.matters.ruled(objected, is_upheld=True)
        with self.platform.transaction() as session:
            session.add(
                LowGrade(
                    episode_id=later.id,
                    matter_id=low.id,
                    dimension=Dimension.SERVICE,
                    reason="slow",
                    people=10,
                )
            )
            session.add(
                Objection(
                    episode_id=judged.id,
                    matter_id=objected.id,
                    reason=ObjectionReason.COUNT,
                    text="人数对不上",
                    made_at=clock.now(),
                    made_by="副局长",
                    against=later.reference,
                )
            )
            session.add(
                EpisodeSegment(
                    episode_id=later.id,
                    earlier_id=judged.id,
                    reference=low.reference,
                    title=low.title,
                    added_at=clock.now(),
                    added_by="主任",
                )
            )

    def grow(self) -> Episode:
        self.units.section(self.unit)
        self.units.department(rank_class="甲")
        self.pledges.pledge(self.unit)
        item = self.items.published(self.unit)
        self.first_item = getattr(self, "first_item", item)
        self.items.powers.draft(self.unit)
        self.pledges.highlight(self.unit)
        self.hang()
        self.people.staff(Role.STATION)
        episode = self.programme.grading(self.programme.planned(unit=self.unit))
        self.polling.announce(episode)
        self.programme.airing(episode)
        self.programme.slot(episode)
        self.aftermath(episode)
        make_watchable(self.platform, episode)
        self.programme.recorded(self.programme.planned(unit=self.unit))
        self.programme.published(self.programme.planned(unit=self.unit))
        first = getattr(self, "first", episode)
        with self.platform.session() as session:
            thread_id = session.scalar(select(Episode.thread_id).where(Episode.id == first.id))
        thread = self.comments.thread_of(type("Of", (), {"thread_id": thread_id}))
        self.matters.question(self.unit, weight=Weight.SIMPLE, opened_at=clock.now() - timedelta(days=60))
        self.matters.escalate()
        first, second = self.matters.officer(), self.matters.officer("评议办副主任")
        with self.platform.transaction() as session:
            change = supervision.propose_points(
                session, unit_id=self.unit.id, points=-1, reason="逾期", actor=first
            )
            supervision.confirm_points(session, change_id=change.id, actor=second)
            kiosks.register(
                session, place="大厅", name=item.code, idle_seconds=60, ballot_cap=300, actor=SYSTEM
            )
        self.letter_and_notice(episode)
        self.comments.written(thread)
        self.comments.replied(self.comments.shown(thread, at_seconds=1), unit=self.unit)
        self.comments.replied(self.comments.asked(thread, at_seconds=2), text=ANSWER)
        self.comments.asked(thread)
        author = self.comments.resident()
        self.comments.appealed(self.comments.refused(self.comments.written(thread, author=author)), author)
        self.comments.moved(self.comments.written(thread))
        return episode

    def hang(self) -> None:
        """One posting, one statement, one line of a quarter and of a year, one account and one question more."""
        self.hung += 1
        self.boards.posted(self.unit)
        self.boards.statement(
            self.unit, period=str(Period.read("2026-Q1").shifted(-self.hung)), lines=[*TOTALS]
        )
        for period, day in (("2026-Q2", date(2026, 5, 6)), ("2025", date(2025, 5, 6))):
            lines = [("支出", f"科目 {n}", "事由", "1", day, f"记-{n}") for n in range(1, self.hung + 1)]
            statement = self.boards.statement(
                self.unit, period=period, lines=[*lines, *TOTALS], reason="多一笔"
            )
            line = self.boards.line(statement, self.hung)
            with self.platform.transaction() as session:
                session.execute(delete(QuestionAllowance))
                disclosures.ask(
                    session,
                    line_id=line.id,
                    question=QuestionText(doubt=Doubt.PURPOSE),
                    resident=Actor(kind=ActorKind.RESIDENT, id=self.resident.resident.id),
                    key=self.boards.key,
                )
        rows = [
            Row(number=n, values={"direction": "支出", "account": f"科目 {n}", "amount": 2})
            for n in range(1, self.hung + 1)
        ]
        board_id = self.boards.board(self.unit).id
        with self.platform.transaction() as session:
            for year in (2025, 2026):
                disclosures.set_budget(session, board_id=board_id, year=year, rows=rows, actor=OFFICER)

    def letter_and_notice(self, episode: Episode) -> None:
        """The resident follows one thing more that has news, one letter is doubtful, one notice lies on the desk."""
        reader, number = self.letters.reader(), episode.number
        with self.platform.transaction() as session:
            topic_id = following.topic_of(session, episode.id)
            units_services.notify_desk(
                session,
                unit_id=self.unit.id,
                kind="reminder",
                reference=f"X-{number}",
                path="/",
                due_at=clock.now(),
                key=f"x-{number}",
            )
        self.letters.follow_as(self.resident.resident.id, topic_id)
        self.letters.news(topic_id, key=f"n-{number}")
        self.letters.notify(reader)
        with self.platform.transaction() as session:
            session.execute(
                update(Letter)
                .where(Letter.resident_id == reader.id)
                .values(state=LetterState.DOUBTFUL, channel=Channel.SMS)
            )
            session.add(Removal(rule=f"r-{number}", removed_on=clock.today(), amount=1))

    def path(self, listed: str) -> str:
        with self.platform.session() as session:
            slug = session.get_one(Unit, self.unit.id).slug
            item = session.get_one(ServiceItem, self.first_item.id)
            power = session.get_one(Power, item.power_id).code
        return listed.format(
            number=self.first.number, judged=self.judged.number, slug=slug, item=item.code, power=power
        )

    def counts(self) -> dict[str, int]:
        """How many statements each list takes; asked twice, so that what a process keeps is there."""
        found = {}
        for who, lists in LISTS.items():
            for listed in lists:
                path, browser = self.path(listed), self.browsers[who]
                statements_of(self.platform, browser, path)
                found[f"{who} {listed}"] = statements_of(self.platform, browser, path)
        return found


@pytest.fixture
def district(platform: Platform, people: People) -> Iterator[District]:
    made = District(platform, people)
    yield made
    made.polling.booths.close()


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (before[name], after[name]) for name in before if after[name] > before[name]}


@pytest.mark.slow
def test_no_list_asks_the_database_more_often_for_thirty_than_for_one(district: District) -> None:
    before = district.counts()
    for _ in range(29):
        district.grow()
    assert grown(before, district.counts()) == {}


def test_a_list_that_asks_for_each_row_is_noticed(district: District) -> None:
    """The planted defect: a page that looks every episode up by itself."""
    view: Callable[[], str] = district.people.app.view_functions["portal.episodes"]

    def careless() -> str:
        with district.platform.session() as session:
            for episode_id in session.scalars(select(Episode.id)).all():
                session.scalar(select(Episode.title).where(Episode.id == episode_id))
        return view()

    district.people.app.view_functions["portal.episodes"] = careless
    careless.__access__ = "public"  # type: ignore[attr-defined]
    browser: StrictClient = district.browsers["anonymous"]
    few = statements_of(district.platform, browser, "/episodes")
    district.grow()
    assert statements_of(district.platform, browser, "/episodes") > few
