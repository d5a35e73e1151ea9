"""What keyboard and screen reader need beyond what the theme writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HEADING: Final = 'role="heading">', 'role="heading" aria-level="2">'  # of the sidebar
OUTPUT: Final = '<div class="cell_output', '<div tabindex="0" class="cell_output'  # may scroll
AFTER_THE_THEME: Final = 900


def _complete(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(*HEADING)
    context["body"] = context.get("body", "").replace(*OUTPUT)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("html-page-context", _complete, priority=AFTER_THE_THEME)
    return {"parallel_read_safe": True}
