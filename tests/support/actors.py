"""Who is asking, without signing in: for tests that are about something else."""

from flask import Flask

from evalapp.core.permissions import ANONYMOUS, Actor
from evalapp.web import access


class Visitors:
    """Names who is asking on the desk and on public pages from now on."""

    def __init__(self, app: Flask) -> None:
        self.staff = ANONYMOUS
        self.resident = ANONYMOUS
        access.load_actors_with(app, resident=lambda: self.resident, staff=lambda: self.staff)

    def are(self, *, staff: Actor = ANONYMOUS, resident: Actor = ANONYMOUS) -> None:
        self.staff, self.resident = staff, resident
