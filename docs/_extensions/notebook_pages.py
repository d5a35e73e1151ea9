"""The notebooks of the repository as pages: copied, as they are stored, into `docs/notebooks/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


def copy_notebooks(source: Path, target: Path) -> None:
    """Bring `target` to what lies in `source`; what is the same is not written again."""
    target.mkdir(exist_ok=True)
    kept = {path.name: path.read_bytes() for path in source.glob("*.ipynb")}
    for path in target.glob("*.ipynb"):
        if path.name not in kept:
            path.unlink()
    for name, content in kept.items():
        copy = target / name
        if not copy.is_file() or copy.read_bytes() != content:
            copy.write_bytes(content)


def _copy(app: Sphinx, _config: Config) -> None:
    place = Path(app.srcdir)
    copy_notebooks(place.parent / "notebooks", place / "notebooks")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx; the copies are there before it looks for pages."""
    app.connect("config-inited", _copy)
    return {"parallel_read_safe": True}
