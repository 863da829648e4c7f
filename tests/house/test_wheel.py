"""The wheel holds everything that runs: templates, static files, browser libraries, migrations, translations."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evalapp.web import assets, templating

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return set(zipfile.ZipFile(next(folder.glob("*.whl"))).namelist())


def missing(names: set[str], folder: Path, inside: str) -> list[str]:
    wanted = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    paths = [f"{inside}/{path.relative_to(folder)}" for path in wanted if not path.name.startswith(".")]
    assert paths, f"{folder} is empty"
    return [path for path in paths if path not in names]


def test_the_wheel_holds_templates_and_static_files(names: set[str]) -> None:
    assert missing(names, Path(templating.folder()), "evalapp/templates") == []
    assert missing(names, assets.FOLDER, "evalapp/static") == []


def test_the_wheel_holds_browser_libraries(names: set[str]) -> None:
    assert any(name.startswith("evalapp/static/vendor/") for name in names)


def test_the_wheel_holds_migrations_and_translations(names: set[str]) -> None:
    assert missing(names, ROOT / "evalapp/migrations", "evalapp/migrations") == []
    assert missing(names, ROOT / "evalapp/translations", "evalapp/translations") == []


def test_the_wheel_holds_nothing_of_the_tests_or_a_data_folder(names: set[str]) -> None:
    strangers = [n for n in names if not n.startswith(("evalapp/", "episodes/")) and ".dist-info/" not in n]
    assert strangers == []


def test_a_file_that_is_left_out_is_noticed(names: set[str], tmp_path: Path) -> None:
    """The planted defect: a template that no wheel holds."""
    (tmp_path / "new.html").write_text("x")
    assert missing(names, tmp_path, "evalapp/templates") == ["evalapp/templates/new.html"]
