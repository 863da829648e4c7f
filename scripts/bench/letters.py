"""How long it takes to tell the followers of one thing: python -m scripts.bench.letters [FOLLOWERS] [DATABASE_URL].

Everything happens in a folder of its own; the gateway takes each message at once, so that what is measured is ours.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from evalapp import schema, wiring
from evalapp.accounts import vault
from evalapp.accounts.services import residents
from evalapp.core.jobs import Worker
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.notifications import jobs, services
from evalapp.notifications.models import TopicKind
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.retention.jobs import Retention


class Taking:
    """A gateway that takes everything."""

    deduplicates = True
    receives = False

    def __init__(self) -> None:
        self.taken = 0

    def send(self, _message: Any) -> None:
        self.taken += 1


def main() -> None:
    followers = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    url = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data_dir=Path(folder), database_url=url, quiet_hours="off")
        platform, gateway = Platform.open(settings), Taking()
        wiring.connect()
        schema.METADATA.create_all(platform.engine)
        platform = replace(platform, sms=gateway)
        topic_id = follow(platform, followers)
        with platform.transaction() as session:
            services.notify_topic(session, topic_id, kind="result.published", reference="X", key="bench")
        timed("told to the followers' letters", followers, lambda: Worker(platform, rounds=()).drain())
        timed("handed to the gateway", followers, lambda: Worker(platform, rounds=(jobs.gather,)).drain())
        timed("a round of retention that finds nothing", 1, lambda: Retention()(platform))
        print(f"{gateway.taken} letters")
        platform.close()


def follow(platform: Platform, followers: int) -> Any:
    key = FollowingKey.of(platform.keys)
    with platform.transaction() as session:
        topic_id = services.open_topic(
            session, kind=TopicKind.EPISODE, reference="X", title="X", path="/episodes/1"
        )
    for start in range(0, followers, 500):
        with platform.transaction() as session:
            for number in range(start, min(start + 500, followers)):
                person = vault.keep(session, platform.keys, f"+8612{number:09}")
                resident = residents.admit(session, platform, person, notices=True)
                services.follow(session, topic_id, resident_id=resident.id, key=key)
    return topic_id


def timed(what: str, count: int, work: Any) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    work()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"{what}: {wall:.1f} s, CPU {cpu:.1f} s, {1e3 * wall / count:.2f} ms each")


if __name__ == "__main__":
    main()
