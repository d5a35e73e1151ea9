"""The paper that figures are drawn on: one quiet style, no global state, the same bytes twice."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from radiomics_hcc.report.figures.indexed_png import indexed_png

INK: Final = "#1f2933"
QUIET: Final = "#6b7680"
RULE: Final = "#d5dade"
ACCENT: Final = "#0b4f8a"
PNG_DPI: Final = 150
NO_DEVICE: Final = "Research software, not a medical device"
NO_DEVICE_INCH: Final = 0.2

# Okabe and Ito's palette without yellow and black, told apart by colour-blind readers; line
# styles tell the lines apart in grey.
LINE_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
LINE_STYLES: Final = ("--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (8, 3)))

STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "radiomics_hcc",
    "text.parse_math": False,  # a patient may be called $1
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "hatch.linewidth": 0.7,
    "figure.dpi": PNG_DPI,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and save inside of this: the reader's own matplotlib settings do not matter."""
    defaults = {key: matplotlib.rcParamsDefault[key] for key in matplotlib.rcParamsDefault}
    defaults.pop("backend")
    with matplotlib.rc_context({**defaults, **STYLE}):
        yield


def new_figure(width_inch: float, height_inch: float) -> Figure:
    """An empty figure that lays itself out."""
    return Figure(figsize=(width_inch, height_inch), layout="constrained")


def single_axes(width_inch: float, height_inch: float) -> tuple[Figure, Axes]:
    """A figure with one pair of axes."""
    figure = new_figure(width_inch, height_inch)
    return figure, figure.add_subplot()


def no_device(figure: Figure) -> None:
    """Say at the top of a figure of results what it is not, so that it says so anywhere."""
    share = NO_DEVICE_INCH / figure.get_figheight()
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, 0, 1, 1 - share))
    figure.text(0.995, 0.997, NO_DEVICE, ha="right", va="top", fontsize=7.5, color=QUIET)


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG, without a date or a version in it."""
    stream = io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(stream, format="svg", metadata=nothing)
    return stream.getvalue()


def png_bytes(figure: Figure, *, dpi: int = PNG_DPI) -> bytes:
    """The figure as PNG with so many pixels per inch and a palette, without a version in it."""
    figure.set_dpi(dpi)
    stream = io.BytesIO()
    figure.savefig(stream, format="rgba", dpi=dpi)
    width, height = figure.canvas.get_width_height()
    pixels = np.frombuffer(stream.getvalue(), dtype=np.uint8).reshape(height, width, 4)
    return indexed_png(pixels[..., :3])
