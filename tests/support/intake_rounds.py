"""The application that takes batches in rounds: one process loads it, and forks a child for each round, which a test may kill.

Started as `python -m tests.support.intake_rounds WORK.json ACKNOWLEDGED`: for each line on its input it forks a child that hands in
every batch that is not acknowledged yet, and prints the child's id. With `DEFECT=hasty` a batch is acknowledged before it
is committed.
"""

import json
import os
import sys
import time
from pathlib import Path

from flask import Flask

from evalapp.approvals.services import intake
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.factory import create_app
from tests.support.signing import PATH, UnitSystem


def main() -> None:
    work, told = Path(sys.argv[1]), Path(sys.argv[2])
    said = json.loads(work.read_text())
    platform = Platform.open(read_settings())
    app = create_app(platform)
    platform.engine.dispose()
    print("ready", flush=True)  # noqa: T201  the test waits for it
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            hand_in(app, said, told)
            os._exit(0)
        print(child, flush=True)  # noqa: T201  whom to kill
        os.waitpid(child, 0)
        print("over", flush=True)  # noqa: T201  it ended, one way or the other


def hand_in(app: Flask, said: dict, told: Path) -> None:
    handle = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    done = set(told.read_text().split())
    system = UnitSystem.known(said["key"], said["secret"])
    if os.environ.get("DEFECT") == "hasty":
        whole = intake.take_batch

        def hasty(session, keys, **more):
            answer = whole(session, keys, **more)
            os.write(handle, f"{more['batch']}\n".encode())
            time.sleep(0.05)
            return answer

        intake.take_batch = hasty
    client = app.test_client()
    for name, events in said["batches"].items():
        if name in done:
            continue
        request = system.signed(name, events)
        answer = client.post(PATH, data=request.body, headers=request.headers)
        if answer.status_code == 200 and not answer.json["refused"]:
            os.write(handle, f"{name}\n".encode())


if __name__ == "__main__":
    main()
