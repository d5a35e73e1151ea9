"""Slices with contours, before beside after, drawn from plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from radiomics_hcc.report.figures.canvas import QUIET, house_style, new_figure, png_bytes
from radiomics_hcc.report.numbers import number


class Window(NamedTuple):
    """Grey values that are shown, from `level - width / 2` to `level + width / 2`, in HU."""

    level_hu: float
    width_hu: float


class Stroke(NamedTuple):
    """Colour and line style of a contour."""

    colour: str
    style: Literal["-", "--", ":"]


LIVER_WINDOW: Final = Window(90.0, 200.0)  # a usual arterial-phase liver window

# Orange and sky blue (Okabe and Ito), solid and dashed: told apart without colour as well.
CONTOURS: Final = {"lesion": Stroke("#ffb000", "-"), "liver": Stroke("#56b4e9", "--")}
OTHER_CONTOUR: Final = Stroke("#f0e442", ":")
SCALE_BARS_MM: Final = (5, 10, 20, 50, 100)
SCALE_BAR_SHARE: Final = 0.3  # of the picture's width, at most
PANEL_INCH: Final = 3.4


@dataclass(frozen=True, eq=False)
class Panel:
    """One axial slice to be drawn.

    Parameters
    ----------
    image_hu
        Slice (y, x) in HU, in LPS order: row 0 is anterior, column 0 the patient's right.
    masks
        Outlined regions by name (`lesion`, `liver`, ...), each (y, x); an empty one draws nothing.
    spacing_yx_mm
        Distance between voxel centres along y and x.
    title
        Such as `before treatment`.
    volume_ml
        The lesion's volume, in the title where it is known.
    """

    image_hu: NDArray[np.floating | np.integer]
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    spacing_yx_mm: tuple[float, float] = (1.0, 1.0)
    title: str = ""
    volume_ml: float | None = None

    def __post_init__(self) -> None:
        wrong = [name for name, mask in self.masks.items() if mask.shape != self.image_hu.shape]
        if self.image_hu.ndim != 2 or wrong:
            shapes = {name: self.masks[name].shape for name in wrong}
            raise ValueError(f"a 2-D slice and masks like it; got {self.image_hu.shape}, {shapes}")

    @property
    def heading(self) -> str:
        """Title and volume."""
        volume = "" if self.volume_ml is None else f"{number(self.volume_ml)} ml"
        return ": ".join(part for part in (self.title, volume) if part)


def cropped(panel: Panel, *, margin_mm: float = 15.0) -> Panel:
    """The part of a panel around its masks; the whole panel where there is none."""
    together = np.zeros(panel.image_hu.shape, dtype=bool)
    for mask in panel.masks.values():
        together |= mask
    y, x = np.nonzero(together)
    if not len(y):
        return panel
    rows = _span(y, margin_mm / panel.spacing_yx_mm[0])
    columns = _span(x, margin_mm / panel.spacing_yx_mm[1])
    masks = {name: mask[rows, columns] for name, mask in panel.masks.items()}
    return replace(panel, image_hu=panel.image_hu[rows, columns], masks=masks)


def slice_with_contours(panel: Panel, *, window: Window = LIVER_WINDOW) -> bytes:
    """One slice with its contours and a scale bar, as PNG.

    Raises
    ------
    ValueError
        When the window has no width.
    """
    return montage([[panel]], window=window)


def montage(rows: Sequence[Sequence[Panel]], *, window: Window = LIVER_WINDOW) -> bytes:
    """Rows of panels, such as one row per lesion with before | after, as PNG.

    All panels are drawn at the same scale, in the radiological orientation: the patient's right
    on the left, anterior on top.

    Raises
    ------
    ValueError
        When there is no panel or the window has no width.
    """
    if not any(rows) or window.width_hu <= 0:
        raise ValueError("a montage takes at least one panel and a window wider than 0 HU")
    count = max(len(row) for row in rows)
    heights = [max(_size_mm(panel)[0] for panel in row) for row in rows]
    width_mm = max(_size_mm(panel)[1] for row in rows for panel in row)
    inch_per_mm = PANEL_INCH / width_mm
    with house_style():
        size = (PANEL_INCH * count + 0.3, sum(heights) * inch_per_mm + 0.45 * len(rows) + 0.35)
        figure = new_figure(*size)
        grid = figure.subplots(len(rows), count, squeeze=False, height_ratios=heights)
        for axes, panel, height_mm in _placed(grid, rows, heights):
            _draw(axes, panel, window)
            _same_scale(axes, panel, (height_mm, width_mm))
        names = list(dict.fromkeys(name for row in rows for panel in row for name in panel.masks))
        handles = [_key(name) for name in names]
        if handles:
            figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        return png_bytes(figure)


def _placed(
    grid: NDArray[np.object_], rows: Sequence[Sequence[Panel]], heights_mm: Sequence[float]
) -> Iterator[tuple[Axes, Panel, float]]:
    for axes_row, row, height_mm in zip(grid, rows, heights_mm, strict=True):
        for axes in axes_row:
            axes.axis("off")
        for axes, panel in zip(axes_row, row, strict=False):
            yield axes, panel, height_mm


def _draw(axes: Axes, panel: Panel, window: Window) -> None:
    height, width = _size_mm(panel)
    low = window.level_hu - window.width_hu / 2
    axes.imshow(
        panel.image_hu,
        cmap="gray",
        vmin=low,
        vmax=low + window.width_hu,
        extent=(0, width, height, 0),
        interpolation="bilinear",
    )
    for name, mask in panel.masks.items():
        _outline(axes, mask, panel.spacing_yx_mm, CONTOURS.get(name, OTHER_CONTOUR))
    _scale_bar(axes, height, width)
    _orientation(axes, height, width)
    axes.set_aspect("equal")


def _same_scale(axes: Axes, panel: Panel, frame_mm: tuple[float, float]) -> None:
    height, width = _size_mm(panel)
    beside, above = (frame_mm[1] - width) / 2, (frame_mm[0] - height) / 2
    axes.set_xlim(-beside, width + beside)
    axes.set_ylim(height + above, -above)
    axes.set_title(panel.heading, loc="left", x=beside / frame_mm[1])


def _outline(
    axes: Axes, mask: NDArray[np.bool_], spacing_yx_mm: tuple[float, float], line: Stroke
) -> None:
    if not mask.any():
        return
    # A border of background closes contours at the edge of the slice.
    padded = np.pad(mask, 1).astype(float)
    y, x = (
        (np.arange(size) - 0.5) * spacing
        for size, spacing in zip(padded.shape, spacing_yx_mm, strict=True)
    )
    colour, style = line
    contour = axes.contour(
        x, y, padded, levels=[0.5], colors=[colour], linestyles=[style], linewidths=1.5
    )
    contour.set_path_effects([withStroke(linewidth=2.6, foreground="black", alpha=0.6)])


def _scale_bar(axes: Axes, height: float, width: float) -> None:
    length = max([bar for bar in SCALE_BARS_MM if bar <= SCALE_BAR_SHARE * width], default=1)
    x, y = 0.04 * width, height - 0.05 * height
    halo = [withStroke(linewidth=3.2, foreground="black")]
    axes.plot(
        [x, x + length], [y, y], color="white", lw=2, solid_capstyle="butt", path_effects=halo
    )
    axes.text(x, y - 0.025 * height, f"{length} mm", color="white", fontsize=8, path_effects=halo)


def _orientation(axes: Axes, height: float, width: float) -> None:
    halo = [withStroke(linewidth=2.2, foreground="black")]
    gap = 0.02 * width
    for letter, x, y in (
        ("R", gap, height / 2),
        ("L", width - gap, height / 2),
        ("A", width / 2, gap),
    ):
        axes.text(
            x,
            y,
            letter,
            color="white",
            fontsize=8,
            ha={"R": "left", "L": "right"}.get(letter, "center"),
            va="top" if letter == "A" else "center",
            path_effects=halo,
        )


def _key(name: str) -> Line2D:
    colour, style = CONTOURS.get(name, OTHER_CONTOUR)
    halo = [withStroke(linewidth=2.6, foreground=QUIET)]
    return Line2D([], [], color=colour, linestyle=style, lw=1.6, label=name, path_effects=halo)


def _size_mm(panel: Panel) -> tuple[float, float]:
    rows, columns = panel.image_hu.shape
    return rows * panel.spacing_yx_mm[0], columns * panel.spacing_yx_mm[1]


def _span(places: NDArray[np.intp], margin: float) -> slice:
    reach = int(np.ceil(margin))
    return slice(max(0, int(places.min()) - reach), int(places.max()) + reach + 1)
