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

from radiomics_hcc.report.figures.canvas import QUIET, house_style, new_figure, no_device, png_bytes
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

# After Okabe and Ito; solid, dashed and dotted: told apart without colour as well.
CONTOURS: Final = {
    "lesion": Stroke("#ffb000", "-"),
    "viable": Stroke("#ff6db6", ":"),
    "liver": Stroke("#56b4e9", "--"),
}
OTHER_CONTOUR: Final = Stroke("#f0e442", ":")
DIAMETERS: Final = {
    "longest diameter": (Stroke("#ffffff", "-"), "o"),
    "viable diameter": (Stroke("#ff6db6", "--"), "D"),
}
OTHER_DIAMETER: Final = (Stroke("#f0e442", ":"), "s")
NUMBERS_FONT: Final = 8.0
NUMBERS_LINE_INCH: Final = 0.155
SCALE_BARS_MM: Final = (5, 10, 20, 50, 100)
SCALE_BAR_SHARE: Final = 0.3  # of the picture's width, at most
PANEL_INCH: Final = 3.4
DPI: Final = 100  # noise does not compress: more pixels make a report of megabytes


class Diameter(NamedTuple):
    """A measured line in the slice.

    Parameters
    ----------
    name
        Such as `longest diameter` or `viable diameter`.
    ends_yx_mm
        Both ends (y, x), mm from the centre of the slice's first pixel.
    """

    name: str
    ends_yx_mm: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Panel:
    """One axial slice to be drawn.

    Parameters
    ----------
    image_hu
        Slice (y, x) in HU as it is shown: row 0 on top, column 0 on the left.
    masks
        Outlined regions by name (`lesion`, `viable`, `liver`, ...), each (y, x); an empty one draws
        nothing.
    spacing_yx_mm
        Distance between voxel centres along y and x.
    title
        Such as `before treatment`.
    volume_ml
        The lesion's volume, in the title where it is known.
    diameters
        Lines that were measured in this slice.
    numbers
        Lines of text below the picture: what was measured, or why it was not.
    is_cut
        Whether regions may go on beyond the border, so that their contours are open there.
    sides
        Letters of the patient's sides on the left, on the right and on top of the picture; by
        default those of an axial slice in LPS order, see `facing` for others.
    """

    image_hu: NDArray[np.floating | np.integer]
    masks: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    spacing_yx_mm: tuple[float, float] = (1.0, 1.0)
    title: str = ""
    volume_ml: float | None = None
    diameters: tuple[Diameter, ...] = ()
    numbers: tuple[str, ...] = ()
    is_cut: bool = False
    sides: tuple[str, str, str] = ("R", "L", "A")

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


def cropped(
    panel: Panel, *, margin_mm: float = 15.0, around: NDArray[np.bool_] | None = None
) -> Panel:
    """The part of a panel around its masks; the whole panel where there is none.

    Parameters
    ----------
    panel
        With its masks.
    margin_mm
        What is left on every side.
    around
        A region (y, x) instead of the masks, which may be cut then.
    """
    together = np.zeros(panel.image_hu.shape, dtype=bool) if around is None else around.copy()
    for mask in panel.masks.values() if around is None else ():
        together |= mask
    y, x = np.nonzero(together)
    if not len(y):
        return panel
    rows = _span(y, margin_mm / panel.spacing_yx_mm[0])
    columns = _span(x, margin_mm / panel.spacing_yx_mm[1])
    masks = {name: mask[rows, columns] for name, mask in panel.masks.items()}
    corner_mm = rows.start * panel.spacing_yx_mm[0], columns.start * panel.spacing_yx_mm[1]
    return replace(
        panel,
        image_hu=panel.image_hu[rows, columns],
        masks=masks,
        diameters=tuple(_moved(diameter, corner_mm) for diameter in panel.diameters),
        is_cut=panel.is_cut or around is not None,
    )


def slice_with_contours(panel: Panel, *, window: Window = LIVER_WINDOW) -> bytes:
    """One slice with its contours and a scale bar, as PNG.

    Raises
    ------
    ValueError
        When the window has no width.
    """
    return montage([[panel]], window=window)


def montage(rows: Sequence[Sequence[Panel | None]], *, window: Window = LIVER_WINDOW) -> bytes:
    """Rows of panels, such as one row per lesion with before | after, as PNG.

    All panels are drawn at the same scale, in the radiological orientation: the patient's right
    on the left, anterior on top. None leaves a place empty.

    Raises
    ------
    ValueError
        When there is no panel or the window has no width.
    """
    rows = [row for row in rows if any(row)]
    panels = [panel for row in rows for panel in row if panel is not None]
    if not panels or window.width_hu <= 0:
        raise ValueError("a montage takes at least one panel and a window wider than 0 HU")
    count = max(len(row) for row in rows)
    heights = [max(_size_mm(panel)[0] for panel in row if panel) for row in rows]
    width_mm = max(_size_mm(panel)[1] for panel in panels)
    lines = sum(max(len(panel.numbers) for panel in row if panel) for row in rows)
    picture_inch = sum(heights) * PANEL_INCH / width_mm + 0.45 * len(rows)
    with house_style():
        size = (PANEL_INCH * count + 0.3, picture_inch + NUMBERS_LINE_INCH * lines + 0.6)
        figure = new_figure(*size)
        grid = figure.subplots(len(rows), count, squeeze=False, height_ratios=heights)
        for axes, panel, height_mm in _placed(grid, rows, heights):
            _draw(axes, panel, window)
            _same_scale(axes, panel, (height_mm, width_mm))
        handles = keys(panels)
        if handles:
            ncols = min(len(handles), 3 if count == 1 else 5)
            figure.legend(handles=handles, loc="outside lower center", ncols=ncols)
        no_device(figure)
        return png_bytes(figure, dpi=DPI)


def _placed(
    grid: NDArray[np.object_],
    rows: Sequence[Sequence[Panel | None]],
    heights_mm: Sequence[float],
) -> Iterator[tuple[Axes, Panel, float]]:
    for axes_row, row, height_mm in zip(grid, rows, heights_mm, strict=True):
        for axes in axes_row:
            axes.axis("off")
        for axes, panel in zip(axes_row, row, strict=False):
            if panel is not None:
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
        _outline(axes, mask, panel, CONTOURS.get(name, OTHER_CONTOUR))
    for diameter in panel.diameters:
        _line(axes, diameter, panel.spacing_yx_mm)
    _scale_bar(axes, height, width)
    _orientation(axes, height, width, panel.sides)
    axes.set_aspect("equal")


def _same_scale(axes: Axes, panel: Panel, frame_mm: tuple[float, float]) -> None:
    height, width = _size_mm(panel)
    beside, above = (frame_mm[1] - width) / 2, (frame_mm[0] - height) / 2
    axes.set_xlim(-beside, width + beside)
    axes.set_ylim(height + above, -above)
    left = beside / frame_mm[1]
    axes.set_title(panel.heading, loc="left", x=left)
    axes.text(
        left,
        above / frame_mm[0] - 0.012,
        "\n".join(panel.numbers),
        va="top",
        fontsize=NUMBERS_FONT,
        transform=axes.transAxes,
    )


def _outline(axes: Axes, mask: NDArray[np.bool_], panel: Panel, line: Stroke) -> None:
    if not mask.any():
        return
    # A border of background closes contours at the edge of the slice; a cut region goes on.
    padded = (np.pad(mask, 1, mode="edge") if panel.is_cut else np.pad(mask, 1)).astype(float)
    y, x = (
        (np.arange(size) - 0.5) * spacing
        for size, spacing in zip(padded.shape, panel.spacing_yx_mm, strict=True)
    )
    colour, style = line
    if padded.all():
        return
    contour = axes.contour(
        x, y, padded, levels=[0.5], colors=[colour], linestyles=[style], linewidths=1.5
    )
    contour.set_path_effects([withStroke(linewidth=2.6, foreground="black", alpha=0.6)])


def _line(axes: Axes, diameter: Diameter, spacing_yx_mm: tuple[float, float]) -> None:
    """Draw a diameter; the picture begins half a voxel before the centre of its first pixel."""
    (colour, style), end = DIAMETERS.get(diameter.name, OTHER_DIAMETER)
    y_mm, x_mm = (
        [place[axis] + spacing_yx_mm[axis] / 2 for place in diameter.ends_yx_mm] for axis in (0, 1)
    )
    halo = [withStroke(linewidth=2.6, foreground="black", alpha=0.7)]
    axes.plot(x_mm, y_mm, color=colour, ls=style, lw=1.4, path_effects=halo)
    axes.plot(x_mm, y_mm, ls="none", marker=end, ms=4, mfc=colour, mec="black", mew=0.6)


def _scale_bar(axes: Axes, height: float, width: float) -> None:
    length = max([bar for bar in SCALE_BARS_MM if bar <= SCALE_BAR_SHARE * width], default=1)
    x, y = 0.04 * width, height - 0.05 * height
    halo = [withStroke(linewidth=3.2, foreground="black")]
    axes.plot(
        [x, x + length], [y, y], color="white", lw=2, solid_capstyle="butt", path_effects=halo
    )
    axes.text(x, y - 0.025 * height, f"{length} mm", color="white", fontsize=8, path_effects=halo)


def _orientation(axes: Axes, height: float, width: float, sides: tuple[str, str, str]) -> None:
    halo = [withStroke(linewidth=2.2, foreground="black")]
    gap = 0.02 * width
    left, right, top = sides
    for letter, x, y, across, along in (
        (left, gap, height / 2, "left", "center"),
        (right, width - gap, height / 2, "right", "center"),
        (top, width / 2, gap, "center", "top"),
    ):
        axes.text(
            x,
            y,
            letter,
            color="white",
            fontsize=8,
            ha=across,
            va=along,
            path_effects=halo,
        )


def keys(panels: Sequence[Panel]) -> list[Line2D]:
    """Legend entries of every contour and diameter that is drawn."""
    regions = dict.fromkeys(
        name for panel in panels for name, mask in panel.masks.items() if mask.any()
    )
    lines = dict.fromkeys(diameter.name for panel in panels for diameter in panel.diameters)
    keys = [_key(name, CONTOURS.get(name, OTHER_CONTOUR)) for name in regions]
    return keys + [_key(name, *DIAMETERS.get(name, OTHER_DIAMETER)) for name in lines]


def _key(name: str, stroke: Stroke, marker: str = "") -> Line2D:
    halo = [withStroke(linewidth=2.6, foreground=QUIET)]
    return Line2D(
        [],
        [],
        color=stroke.colour,
        linestyle=stroke.style,
        lw=1.6,
        marker=marker,
        ms=4,
        mec="black",
        mew=0.6,
        label=name,
        path_effects=halo,
    )


def _moved(diameter: Diameter, corner_mm: tuple[float, float]) -> Diameter:
    """The same line seen from another first pixel."""
    top, left = corner_mm
    first, second = ((y - top, x - left) for y, x in diameter.ends_yx_mm)
    return diameter._replace(ends_yx_mm=(first, second))


def _size_mm(panel: Panel) -> tuple[float, float]:
    rows, columns = panel.image_hu.shape
    return rows * panel.spacing_yx_mm[0], columns * panel.spacing_yx_mm[1]


def _span(places: NDArray[np.intp], margin: float) -> slice:
    reach = int(np.ceil(margin))
    return slice(max(0, int(places.min()) - reach), int(places.max()) + reach + 1)
