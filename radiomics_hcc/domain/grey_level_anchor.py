"""Where grey levels start, and which columns cannot be compared when it is not one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from radiomics_hcc.domain.feature import feature_class, is_anchor_dependent
from radiomics_hcc.errors import Problem

ORIGIN_KEY: Final = "binOrigin"  # where the first grey level begins, in the image's unit (HU)
IBSI_KEY: Final = "ibsi"
COUNT_KEY: Final = "binCount"  # spreads the levels over each region's own range: no origin holds
REMEDY: Final = (
    f"extract with a fixed origin ({ORIGIN_KEY}, such as -100 HU), or allow it "
    "(allow_anchor_dependent), or drop these columns"
)
MOST_EXAMPLES: Final = 3
_IMAGE_WORD: Final = re.compile(r"lbp-?[23]d|[a-z]+")  # "wavelet2-HHL" -> "wavelet"


def anchor_dependent_columns(names: Iterable[str], parameters: object) -> tuple[str, ...]:
    """Columns whose grey levels start at another place in every region.

    Parameters
    ----------
    names
        Names of feature columns.
    parameters
        The content of the parameter file that they were extracted with (`imageType`, `setting`).
        An image type is safe where its own settings, or those for all image types, give a
        `binOrigin` and no `binCount`. Of IBSI's settings (`ibsi`) an image is safe where its
        `discretisation` has a `bin_size`, which always goes with a fixed intensity of the first
        bin. Where the parameters are not known, no image type is safe.

    Returns
    -------
    tuple of str
        In the order of the names.
    """
    content = _mapping(parameters)
    is_ibsi = IBSI_KEY in content
    safe = _safe_ibsi_images(content) if is_ibsi else _safe_image_types(content)
    image_of = _image_name if is_ibsi else _image_type
    return tuple(name for name in names if is_anchor_dependent(name) and image_of(name) not in safe)


def anchor_problems(columns: Iterable[str]) -> list[Problem]:
    """One problem for every feature class among these columns, with examples and the remedies."""
    classes: dict[str, list[str]] = {}
    for name in columns:
        classes.setdefault(feature_class(name), []).append(name)
    return [
        Problem(
            f"{word} ({len(members)} column{'' if len(members) == 1 else 's'})",
            "changes with where the grey levels start, which is another place in every region: "
            + ", ".join(_examples(members)),
            REMEDY,
        )
        for word, members in classes.items()
    ]


def _examples(members: list[str]) -> Iterator[str]:
    yield from members[:MOST_EXAMPLES]
    if len(members) > MOST_EXAMPLES:
        yield "..."


def _safe_ibsi_images(content: Mapping[str, object]) -> set[str]:
    settings = _mapping(content[IBSI_KEY])
    images = {"original": settings, **_mapping(settings.get("responses"))}
    return {
        name
        for name, own in images.items()
        if "bin_size" in _mapping(_mapping(own).get("discretisation"))
    }


def _image_name(column: str) -> str:
    """What a column begins with: `original`, or the name of a response."""
    return column.partition("_")[0]


def _safe_image_types(content: Mapping[str, object]) -> set[str]:
    for_all = _mapping(content.get("setting"))
    image_types = _mapping(content.get("imageType"))
    return {
        _letters(name)
        for name, own in image_types.items()
        if _has_origin({**for_all, **_mapping(own)})
    }


def _has_origin(settings: Mapping[str, object]) -> bool:
    return settings.get(ORIGIN_KEY) is not None and settings.get(COUNT_KEY) is None


def _image_type(column: str) -> str:
    """The image type of a column in the letters of the parameter file, such as `log`, `lbp2d`."""
    found = _IMAGE_WORD.match(column.lower())
    return _letters(found.group()) if found else ""


def _letters(word: str) -> str:
    return word.lower().replace("-", "")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
