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
from evalapp.web.context import platform

LATE = 0.15
_in_turn = threading.Lock()


def _commit_later(opened) -> None:
    time.sleep(LATE)
    opened.commit()
    opened.close()
    _in_turn.release()


@contextmanager
def _no_transaction(_session):
    yield


def _hasty_cast(_session, booth, submission, **more):
    _in_turn.acquire()
    opened = platform().session()
    opened.connection(execution_options={WRITES: True})
    accepted = casting.cast(opened, booth, submission, **more)
    threading.Thread(target=_commit_later, args=(opened,)).start()
    return accepted


class _Hasty:
    cast = staticmethod(_hasty_cast)


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
        api_views.casting, api_views.transaction = _Hasty, _no_transaction
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
