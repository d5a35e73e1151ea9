import io

import numpy as np
from PIL import Image

from radiomics_hcc.report.figures.indexed_png import indexed_png


def seen(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def slices():
    """Every grey, noise as of a scan, and two coloured lines."""
    grey = np.random.default_rng(3).integers(0, 256, (120, 160, 1)).astype(np.uint8)
    picture = np.repeat(grey, 3, axis=2)
    picture[:, 40] = (0, 114, 178)
    picture[60, :] = (213, 94, 0)
    return picture


def test_a_grey_changes_by_one_at_most_and_a_line_keeps_its_colour():
    picture = slices()
    change = np.abs(seen(indexed_png(picture)) - picture)
    assert change.max() <= 1
    assert change[:, 40].max() == change[60, :].max() == 0


def test_it_is_smaller_than_the_picture_in_all_colours():
    picture = slices()
    whole = io.BytesIO()
    Image.fromarray(picture).save(whole, "PNG", optimize=True)
    assert len(indexed_png(picture)) < 0.7 * len(whole.getvalue())


def test_a_picture_without_a_colour_stays_grey():
    picture = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    assert np.ptp(seen(indexed_png(picture)), axis=-1).max() == 0


def test_the_same_picture_gives_the_same_bytes():
    assert indexed_png(slices()) == indexed_png(slices())
