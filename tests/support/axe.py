"""Asks axe about a page as it stands in a real browser."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

PROGRAM = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """What breaks a rule of WCAG 2.2 AA or a good practice, and where."""
    page.evaluate(PROGRAM.read_text(encoding="utf-8"))
    report: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        RULES,
    )
    return [
        f"{page.url}: {found['id']} at {[' '.join(map(str, node['target'])) for node in found['nodes'][:3]]}"
        for found in report["violations"]
    ]
