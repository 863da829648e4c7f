"""A real server on a free port and a real browser, for journeys: what people see, not what a test client returns."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port of the loopback; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# A browser of the tests asks nothing of the world outside.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which may play without a press of a person."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None, "journeys need Debian's chromium: apt-get install chromium"
    arguments = ["--autoplay-policy=no-user-gesture-required", "--mute-audio", *QUIET]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def until(page: Page, expression: str, *, seconds: float = 15) -> None:
    """Wait until `expression` is true; Playwright's own waiting would need `unsafe-eval`, which our policy refuses."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"after {seconds} s still not: {expression}"
        page.wait_for_timeout(100)


class Watcher:
    """Notes what a page must never do: break the policy, throw, or fail to load what it names."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))

    @property
    def violations(self) -> list[str]:
        return [fault for fault in self.faults if "Content Security Policy" in fault]
