"""The application with one defect planted, to see that a check notices it: `DEFECT` names which.

`hasty` acknowledges a ballot before it is committed; `forgetful` does not recognise a repeated request.
"""

import argparse
import dataclasses
import os
import threading
import time
from contextlib import contextmanager

from flask import Flask
from granian import Granian
from granian.constants import Interfaces, Loops

from evalapp.ballots import api_views
from evalapp.ballots.services import casting
from evalapp.core.engine import WRITES
from evalapp.factory import create_app

LATE = 0.15
_in_turn = threading.Lock()


def _commit_later(connection) -> None:
    time.sleep(LATE)
    connection.commit()
    connection.close()
    _in_turn.release()


@contextmanager
def _hasty_transaction(engine):
    _in_turn.acquire()
    connection = engine.connect()
    connection.execution_options(**{WRITES: True})
    yield connection
    threading.Thread(target=_commit_later, args=(connection,)).start()


_mark, _signed = casting.voters.request_mark, api_views.polling.signed


def _another_mark(*arguments, **words):
    return dataclasses.replace(_mark(*arguments, **words), key=os.urandom(32))


def _slowly_signed(receipt):
    time.sleep(LATE)
    return _signed(receipt)


def make() -> Flask:
    """Return the application with the defect."""
    app = create_app()
    if os.environ["DEFECT"] == "hasty":
        api_views.lean_transaction = _hasty_transaction
    else:
        casting.voters.request_mark, api_views.polling.signed = _another_mark, _slowly_signed
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
