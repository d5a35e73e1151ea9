"""How `make docs` builds the documentation site; nothing here needs a network."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import partial
from pathlib import Path

import jupyter_cache.executors.utils as running
import nbclient

import radiomics_hcc as rh

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))
# Examples call `rhcc`: the one of the environment that builds the site.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
# Output of `%%bash` comes in pieces of 100 bytes: one text, not a line for each piece.
running.executenb = partial(nbclient.execute, coalesce_streams=True)


def digest_of_the_package() -> str:
    """What the examples run: another digest, another cache of their outputs."""
    digest = hashlib.sha256()
    for path in sorted(Path(rh.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


project = "radiomics_hcc"
author = "The radiomics_hcc developers"
copyright = author
version = release = rh.__version__
language = "en-GB"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "accessible_pages",
    "docstrings",
    "generated_text",
    "mathml_formulas",
    "notebook_pages",
]
exclude_patterns = ["_build", "_extensions", "_templates"]

# Markdown: anchors are those of GitHub, so that one link works in both places.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "dollarmath"]
suppress_warnings = [
    "mystnb.unknown_mime_type",
    "ref.footnote",  # a reference need not be cited
    "ref.python",  # public names have two homes: the package, and the module that defines them
]

# Examples run at build time; the notebooks show what is stored in them (a test runs them).
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "executed" / digest_of_the_package())
nb_execution_excludepatterns = ["notebooks/*"]
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_output_stderr = "remove"
nb_mime_priority_overrides = [("html", "text/html", 1)]

# The programming interface: types stand with the parameters, not in the signature.
templates_path = ["_templates"]
autosummary_generate = True
default_role = "py:obj"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_custom_sections = [("Attributes", "returns_style")]

html_theme = "furo"
html_title = f"radiomics_hcc {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "announcement": "Research software, not a medical device.",
    "navigation_with_keys": False,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
