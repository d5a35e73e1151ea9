import io

import matplotlib.image
import numpy as np
import pytest

from radiomics_hcc.report.figures.canvas import NO_DEVICE
from radiomics_hcc.report.montage import (
    CONTOURS,
    DIAMETERS,
    Diameter,
    Panel,
    Window,
    cropped,
    keys,
    montage,
    slice_with_contours,
)

SHAPE = (60, 80)


def mask(rows=slice(20, 40), columns=slice(10, 30)):
    found = np.zeros(SHAPE, dtype=bool)
    found[rows, columns] = True
    return found


def panel(image=None, **given):
    return Panel(np.zeros(SHAPE) if image is None else image, {"lesion": mask()}, **given)


def pixels(png):
    return matplotlib.image.imread(io.BytesIO(png))[..., :3]


def picture_size(png):
    """Rows and columns of the slice itself: what is not the white paper around a dark slice."""
    is_dark = pixels(png).max(axis=2) < 0.2
    rows = is_dark.mean(axis=1) > 0.4
    columns = is_dark.mean(axis=0) > 0.4
    return np.ptp(np.flatnonzero(rows)) + 1, np.ptp(np.flatnonzero(columns)) + 1


def dark_panel(spacing_yx_mm):
    return Panel(np.full(SHAPE, -1000.0), {}, spacing_yx_mm)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (2.0, 1.0), (0.7, 1.4)])
def test_voxels_have_the_shape_of_their_spacing(spacing):
    rows, columns = picture_size(slice_with_contours(dark_panel(spacing)))
    expected = SHAPE[0] * spacing[0] / (SHAPE[1] * spacing[1])
    assert rows / columns == pytest.approx(expected, rel=0.03)


def test_row_zero_is_on_top_and_column_zero_on_the_left():
    image = np.full(SHAPE, -1000.0)
    image[:30, :40] = 1000.0
    shown = pixels(slice_with_contours(Panel(image, {})))
    is_dark = shown.max(axis=2) < 0.2
    rows, columns = is_dark.any(axis=1).nonzero()[0], is_dark.any(axis=0).nonzero()[0]
    middle = (rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2
    quarter = middle[0] - np.ptp(rows) // 4, middle[1] - np.ptp(columns) // 4
    assert shown[quarter].min() > 0.9
    assert shown[middle[0] + 60, middle[1] + 60].max() < 0.2


def test_window_maps_its_ends_to_black_and_white():
    image = np.full(SHAPE, 190.0)
    white = pixels(slice_with_contours(Panel(image, {}), window=Window(90, 200)))
    grey = pixels(slice_with_contours(Panel(image, {}), window=Window(190, 200)))
    centre = white.shape[0] // 2 + 40, white.shape[1] // 2 + 40
    assert white[centre].min() > 0.98
    assert grey[centre] == pytest.approx(0.5, abs=0.02)


def test_a_contour_at_the_edge_of_the_slice_is_closed_and_an_empty_one_is_nothing():
    nothing = np.zeros(SHAPE, dtype=bool)
    everything = np.ones(SHAPE, dtype=bool)
    png = slice_with_contours(Panel(np.zeros(SHAPE), {"lesion": everything, "liver": nothing}))
    assert png.startswith(b"\x89PNG")


def test_same_panels_give_the_same_bytes():
    assert montage([[panel(), panel()]]) == montage([[panel(), panel()]])


def test_contours_change_the_picture():
    assert slice_with_contours(panel()) != slice_with_contours(Panel(np.zeros(SHAPE), {}))


def test_heading_joins_title_and_volume():
    assert panel(title="after", volume_ml=12.345).heading == "after: 12.3 ml"
    assert panel(volume_ml=2.0).heading == "2 ml"
    assert panel(title="before").heading == "before"


def test_cropping_keeps_the_margin_in_mm_on_both_axes():
    shown = cropped(panel(spacing_yx_mm=(2.0, 1.0)), margin_mm=4.0)
    assert shown.image_hu.shape == (20 + 2 * 2, 20 + 2 * 4)
    assert shown.masks["lesion"].sum() == 400


def test_cropping_stops_at_the_border_and_leaves_an_unmarked_slice_whole():
    assert cropped(panel(), margin_mm=500).image_hu.shape == SHAPE
    assert cropped(Panel(np.zeros(SHAPE), {})).image_hu.shape == SHAPE


def test_rows_of_different_length_and_size_are_drawn():
    small = cropped(panel(), margin_mm=3)
    assert montage([[panel(), panel()], [small]]).startswith(b"\x89PNG")


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="masks like it"):
        Panel(np.zeros(SHAPE), {"lesion": np.zeros((3, 3), dtype=bool)})


def test_no_panel_and_no_window_are_refused():
    with pytest.raises(ValueError, match="at least one panel"):
        montage([])
    with pytest.raises(ValueError, match="wider than 0"):
        slice_with_contours(panel(), window=Window(90, 0))


def line_pixels(shown):
    """Pixels of the viable part's colour."""
    red, green, blue = (shown[..., channel] for channel in range(3))
    return (red > 0.8) & (green < 0.6) & (blue > 0.5)


def viable_line(*ends_yx_mm):
    return Diameter("viable diameter", ends_yx_mm)


def test_a_diameter_runs_from_edge_to_edge_where_it_was_measured():
    image = np.full(SHAPE, 190.0)  # white, as the frame of the picture
    lines = (viable_line((29.5, -0.5), (29.5, 79.5)),)  # mm from the first pixel's centre
    shown = pixels(slice_with_contours(Panel(image, {}, diameters=lines)))
    rows, columns = line_pixels(shown)[: int(0.85 * len(shown))].nonzero()
    dark = Panel(np.full(SHAPE, -1000.0), {}, numbers=())
    height, width = picture_size(slice_with_contours(dark))
    assert np.ptp(columns) == pytest.approx(width, abs=14)  # with the symbols at its ends
    assert np.ptp(rows) < 0.1 * height


def test_cropping_moves_the_diameters_with_the_picture():
    lines = (viable_line((50.0, 12.0), (60.0, 20.0)),)
    shown = cropped(panel(spacing_yx_mm=(2.0, 1.0), diameters=lines), margin_mm=4.0)
    assert shown.diameters[0].ends_yx_mm == ((14.0, 6.0), (24.0, 14.0))


def test_cropping_around_a_region_cuts_the_masks():
    around = mask(slice(20, 25), slice(10, 15))
    shown = cropped(panel(), margin_mm=2.0, around=around)
    assert shown.image_hu.shape == (9, 9)
    assert shown.masks["lesion"].shape == (9, 9)


def test_every_drawn_contour_and_diameter_is_in_the_key_and_an_empty_one_is_not():
    nothing = np.zeros(SHAPE, dtype=bool)
    shown = Panel(
        np.zeros(SHAPE),
        {"lesion": mask(), "liver": nothing},
        diameters=(viable_line((1, 1), (5, 5)),),
    )
    assert [key.get_label() for key in keys([shown, shown])] == ["lesion", "viable diameter"]


def test_lesion_viable_part_and_liver_are_told_apart_without_colour():
    assert len({stroke.style for stroke in CONTOURS.values()}) == len(CONTOURS)
    assert len({(stroke.style, end) for stroke, end in DIAMETERS.values()}) == len(DIAMETERS)


def test_numbers_stand_below_the_picture():
    plain = slice_with_contours(panel())
    told = slice_with_contours(panel(numbers=("longest 30.0 mm, viable 18.2 mm", "12 ml")))
    assert pixels(told).shape[0] > pixels(plain).shape[0]


def test_a_montage_says_what_it_is_not(monkeypatch):
    said = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.text", lambda _figure, _x, _y, text, **_style: said.append(text)
    )
    montage([[panel()]])
    assert said == [NO_DEVICE]
