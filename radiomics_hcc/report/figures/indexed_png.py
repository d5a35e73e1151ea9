"""A picture of grey slices and coloured lines in a third less space."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GREYS: Final = 128  # so a grey value changes by one of 255 at most
COLOURS: Final = 128
RED_GREEN_BLUE: Final = 3


def indexed_png(picture: NDArray[np.uint8]) -> bytes:
    """A picture as PNG with a palette: every second grey, and the colours that are most there.

    Parameters
    ----------
    picture
        Shape (height, width, 3), red, green and blue from 0 to 255.

    Returns
    -------
    PNG; the same picture gives the same bytes. A grey pixel changes by one at most, one of a
    coloured line by little, since few colours are in such a picture.
    """
    greys = np.rint(np.linspace(0, 255, GREYS)).astype(np.uint8)
    is_grey = np.ptp(picture, axis=-1) == 0
    indices = np.rint(picture[..., 0] / 255 * (GREYS - 1)).astype(np.uint8)
    palette = np.repeat(greys, RED_GREEN_BLUE)
    if not is_grey.all():
        coloured, colours = _quantised(picture[~is_grey])
        indices[~is_grey] = GREYS + coloured
        palette = np.concatenate([palette, colours])
    image = Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _quantised(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The colour of each pixel by its number, and the colours one after another."""
    image = Image.fromarray(pixels[np.newaxis])
    found = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=1)
    colours = np.array(found.getpalette(), dtype=np.uint8)[: RED_GREEN_BLUE * COLOURS]
    return np.asarray(found)[0], colours
