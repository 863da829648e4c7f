"""Look at pages as people will see them: pictures at 360 and 1280 pixels, axe, policy violations, sideways scroll and weight.

    python scripts/look http://127.0.0.1:8000/ http://127.0.0.1:8000/episodes --out /tmp/pictures

Prints one line a finding and ends with 1 when there was any. Needs Debian's chromium and `npm ci` for axe.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Nothing is asked of the world outside.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HEIGHTS = {360: 780, 1280: 800}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="look", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("urls", nargs="*", metavar="URL")
    parser.add_argument(
        "--out", type=Path, default=Path("test-artifacts/look"), help="folder for the pictures"
    )
    parser.add_argument(
        "--width", type=int, action="append", help="another width than 360 and 1280; may be repeated"
    )
    parser.add_argument("--care", action="store_true", help="关怀版: send the cookie care=1")
    parser.add_argument("--lang", default="zh-CN", help="the browser's language")
    parser.add_argument("--cookie", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--storage", type=Path, help="a playwright storage state, to be signed in")
    parser.add_argument(
        "--no-script", action="store_true", help="with JavaScript off (axe then does not run)"
    )
    parser.add_argument("--fold", action="store_true", help="only what is seen without scrolling")
    parser.add_argument("--no-axe", action="store_true")
    parser.add_argument(
        "--allow-status", type=int, action="append", default=[], help="a status that is no finding"
    )
    return parser.parse_args()


@contextmanager
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        sys.exit("look: no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--lang=zh-CN", *QUIET])
        try:
            yield started
        finally:
            started.close()


def name_of(url: str) -> str:
    parts = urlsplit(url)
    text = re.sub(
        r"[^0-9A-Za-z\u4e00-\u9fff]+", "-", parts.path + ("-" + parts.query if parts.query else "")
    ).strip("-")
    return text or "home"


def new_context(started: Browser, asked: argparse.Namespace, width: int) -> BrowserContext:
    context = started.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 800)},
        locale=asked.lang,
        java_script_enabled=not asked.no_script,
        reduced_motion="reduce",
        storage_state=asked.storage,
    )
    pairs = [pair.split("=", 1) for pair in asked.cookie] + ([["care", "1"]] if asked.care else [])
    for url in asked.urls:
        parts = urlsplit(url)
        context.add_cookies(
            [{"name": k, "value": v, "url": f"{parts.scheme}://{parts.netloc}"} for k, v in pairs]
        )
    return context


def findings_of_axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"axe {violation['id']} ({violation['impact']}): {violation['help']}\n      "
        + "\n      ".join(
            f"{' '.join(map(str, node['target']))}: {(node['any'] or node['all'] or node['none'] or [{'message': ''}])[0]['message']}"
            for node in violation["nodes"][:4]
        )
        for violation in report["violations"]
    ]


def look_at(context: BrowserContext, url: str, width: int, asked: argparse.Namespace) -> list[str]:
    page = context.new_page()
    findings: list[str] = []
    sizes: dict[str, int] = {}
    page.on(
        "console", lambda m: findings.append(f"console {m.type}: {m.text}") if m.type == "error" else None
    )
    page.on("pageerror", lambda error: findings.append(f"script error: {error}"))
    page.on("requestfailed", lambda r: findings.append(f"not loaded: {r.url} {r.failure or ''}"))
    page.on(
        "requestfinished",
        lambda r: sizes.__setitem__(
            r.resource_type, sizes.get(r.resource_type, 0) + max(r.sizes()["responseBodySize"], 0)
        ),
    )
    page.on("response", lambda r: findings.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    page.goto(url, wait_until="load")
    if not asked.no_script:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # pictures below the fold are lazy
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo(0, 0)")
        too_wide: int = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if too_wide > 0:
            findings.append(f"sideways scroll of {too_wide} px")
        if not asked.no_axe:
            findings += findings_of_axe(page)
    kind = (
        "-care" * asked.care
        + ("" if asked.lang == "zh-CN" else f"-{asked.lang}")
        + "-noscript" * asked.no_script
    )
    picture = asked.out / f"{name_of(url)}{kind}-{width}.png"
    page.screenshot(path=picture, full_page=not asked.fold)
    page.close()
    weight = ", ".join(f"{kind} {size / 1024:.1f}" for kind, size in sorted(sizes.items()))
    print(f"{url} at {width}: {picture} · KiB on the wire: {weight or 'unknown'}")
    allowed = tuple(str(status) for status in asked.allow_status)
    return [
        f for f in findings if not (allowed and (f.startswith(allowed) or f"status of {allowed[0]}" in f))
    ]


def main() -> None:
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    if not asked.no_axe and not AXE.exists():
        sys.exit("look: axe is missing: npm ci (or --no-axe)")
    found = 0
    with browser() as started:
        for width in asked.width or [360, 1280]:
            context = new_context(started, asked, width)
            for url in asked.urls:
                for finding in look_at(context, url, width, asked):
                    found += 1
                    print("  ✗ " + finding)
            context.close()
    print(json.dumps({"findings": found}))
    sys.exit(1 if found else 0)


main()
