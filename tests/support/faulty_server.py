"""The application with one defect planted, to see that a check notices it: `DEFECT` names which.

`hasty` acknowledges a ballot before it is committed; `forgetful` does not recognise a repeated request.
"""

import argparse
import dataclasses
import os
import random
import threading
import time
from contextlib import contextmanager

from flask import Flask
from granian import Granian
from granian.constants import Interfaces, Loops

from evalapp.ballots import lane
from evalapp.ballots.services import casting
from evalapp.core.lean import Link
from evalapp.factory import create_app

LATE = 0.15


@contextmanager
def _hasty_transaction(lean):
    """Lets the block answer while a thread of its own still holds the transaction open."""
    ready, may_commit, held = threading.Event(), threading.Event(), []

    def hold():
        with _whole_transaction(lean) as executor:
            held.append(executor)
            ready.set()
            may_commit.wait()
            time.sleep(LATE)

    threading.Thread(target=hold).start()
    ready.wait()
    try:
        yield held[0]
    finally:
        may_commit.set()


_whole_transaction = lane.lean_transaction
_mark, _signed = casting.voters.request_mark, lane.sign_receipt


def _another_mark(*arguments, **words):
    return dataclasses.replace(_mark(*arguments, **words), key=os.urandom(32))


def _slowly_signed(receipt, signer):
    """Between the commit and the answer some time passes, not the same for all: else they are answered in waves, and a kill may fall between two."""
    time.sleep(LATE * random.uniform(1, 3))
    return _signed(receipt, signer)


def make() -> Flask:
    """Return the application with the defect."""
    app = create_app()
    if os.environ["DEFECT"] == "hasty":
        lane.lean_transaction = _hasty_transaction
        Link.last = Link.one  # which would commit by itself
    else:
        casting.voters.request_mark, lane.sign_receipt = _another_mark, _slowly_signed
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("serve")
    parser.add_argument("--port", type=int)
    parser.add_argument("--no-worker", action="store_true")
    Granian(
        "tests.support.faulty_server:make",
        factory=True,
        port=parser.parse_args().port,
        interface=Interfaces.WSGI,
        blocking_threads=8,
        loop=Loops.asyncio,
        websockets=False,
        log_access=False,
    ).serve()
