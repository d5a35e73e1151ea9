"""Small changes to docstrings on their way to a page, so that they read well in the code too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CITED: Final = re.compile(r"\[(\d+)\](?=_)|(?<=^\.\. )\[(\d+)\]")
SIZE: Final = re.compile(r"(`[^`]*`)|\|(\w+)\|")
OF_SCIKIT_LEARN: Final = re.compile(r"set_\w+_request")


def rewritten(name: str, lines: list[str]) -> list[str]:
    """References that are numbered over the whole page, and |x| that is no substitution."""
    label = re.sub(r"\W", "-", name).lower()
    found, formula = [], -1
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth <= formula:
            formula = -1
        if line.lstrip().startswith(".. math::"):
            formula = depth
        line = CITED.sub(lambda at: f"[#{label}-{at[1] or at[2]}]", line)
        found.append(line if formula >= 0 else SIZE.sub(_without_substitution, line))
    return found


def _without_substitution(found: re.Match[str]) -> str:
    return found[1] or rf"\|{found[2]}\|"


def _rewrite(
    _app: Sphinx, _what: str, name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    lines[:] = rewritten(name, lines)


def _left_out(
    _app: Sphinx, _what: str, name: str, _thing: object, _skip: bool, _options: object
) -> bool | None:
    """Methods that scikit-learn adds to every estimator are described by scikit-learn."""
    return True if OF_SCIKIT_LEARN.fullmatch(name) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx; after napoleon has made its lists."""
    app.connect("autodoc-process-docstring", _rewrite, priority=900)
    app.connect("autodoc-skip-member", _left_out)
    app.add_lexer("csv", TextLexer)
    return {"parallel_read_safe": True}
