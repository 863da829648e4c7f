"""Where the templates are: inside the package when it was installed from a wheel, else at the root of the tree."""

from pathlib import Path


def folder() -> Path:
    """Return the folder of the templates."""
    inside = Path(__file__).parent.parent / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"
