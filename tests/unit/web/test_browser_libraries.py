"""The set-up of the browser's libraries: what is kept of Bootstrap, and what the manifest promises."""

import gzip
import hashlib
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def libraries() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "browser_libraries", ROOT / "scripts" / "browser_libraries.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rules_of_unused_components_are_dropped_and_the_others_kept(libraries: ModuleType) -> None:
    css = ".btn{color:red}.modal .btn{color:blue}.btn,.navbar{margin:0}@media (min-width:1400px){.p-3{padding:1px}}a:not(.x,.y){b:c}"
    assert libraries.subset(css) == ".btn{color:red}.btn{margin:0}a:not(.x,.y){b:c}"


def test_variables_that_nothing_reads_are_dropped_to_the_last(libraries: ModuleType) -> None:
    css = ":root{--bs-a:1;--bs-b:var(--bs-c);--bs-c:2}p{margin:var(--bs-a)}"
    assert libraries.without_unused_variables(css) == ":root{--bs-a:1;}p{margin:var(--bs-a)}"


def test_the_manifest_names_every_file_with_its_hash(libraries: ModuleType) -> None:
    manifest = json.loads(libraries.MANIFEST.read_text())
    there = {
        path.relative_to(libraries.VENDOR).as_posix()
        for path in libraries.VENDOR.rglob("*")
        if path.is_file()
    }
    assert there == {*manifest["files"], "manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((libraries.VENDOR / name).read_bytes()).hexdigest() == digest


def test_the_player_imports_only_what_is_shipped(libraries: ModuleType) -> None:

    script = (ROOT / "evalapp/static/js/player.js").read_text()
    used = set(re.findall(r'"(media-[a-z-]+)"', script)) - {"media"}
    assert used
    for name in used:
        assert (libraries.VENDOR / "media-chrome" / f"{name}.js").exists(), name


def test_the_locks_name_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_style_sheets_stay_within_their_budget(libraries: ModuleType) -> None:

    sheets = [libraries.VENDOR / "bootstrap/bootstrap.css", *(ROOT / "evalapp/static/css").glob("*.css")]
    assert sum(len(gzip.compress(sheet.read_bytes())) for sheet in sheets) <= 45 * 1024
