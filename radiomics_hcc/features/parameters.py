"""What to extract: an unchanged PyRadiomics parameter file, checked and with its defaults named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.yaml_file import YamlDocument, read_yaml, validate
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.features.names import FEATURES, IMAGE_TYPES
from radiomics_hcc.features.parameter_schema import (
    FeatureClasses,
    ImageTypes,
    ParameterFile,
    Settings,
)

# What PyRadiomics 3.1 takes where a parameter file says nothing (`_getDefaultSettings` and the
# defaults of its feature classes); a setting that is off by default is not in the list.
DEFAULT_SETTINGS: Final[Mapping[str, object]] = {
    "binWidth": 25.0,
    "normalize": False,
    "normalizeScale": 1.0,
    "interpolator": "sitkBSpline",
    "padDistance": 5,
    "preCrop": False,
    "resegmentMode": "absolute",
    "resegmentShape": False,
    "minimumROIDimensions": 2,
    "correctMask": False,
    "force2D": False,
    "force2Ddimension": 0,
    "distances": [1],
    "symmetricalGLCM": True,
    "gldm_a": 0,
    "voxelArrayShift": 0,
}
CAN_BE_UNDONE: Final = ("binCount", "weightingNorm")  # off by default, and read per image type
# The mask is read by the cohort's label; diagnostics are not part of a feature table.
WITHOUT_EFFECT: Final = ("additionalInfo", "enableCExtensions", "label", "label_channel")


@dataclass(frozen=True)
class Parameters:
    """What to extract and how, every default named.

    Parameters
    ----------
    image_types
        Settings that hold for one image type only, by image type, in the order of the columns.
    feature_classes
        Names of the features wanted, by class; none means all of them.
    settings
        Settings that hold for all image types. Without the key `interpolator` set to None (no
        resampling), a setting that is not there is off.
    label
        Label of the mask that the file asks for, if it does.
    label_channel
        Channel of a vector mask that the file asks for, if it does.
    source
        The file, for messages; not part of the digest.
    """

    image_types: Mapping[str, Mapping[str, object]]
    feature_classes: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, object]
    label: int | None = None
    label_channel: int | None = None
    source: str = field(default="", compare=False)

    def to_json(self) -> dict[str, object]:
        """Write as the content of a parameter file, every default named."""
        return {
            "imageType": {name: dict(own) for name, own in self.image_types.items()},
            "featureClass": {name: list(wanted) for name, wanted in self.feature_classes.items()},
            "setting": dict(self.settings),
        }

    def digest(self) -> str:
        """SHA-256 of what decides the values: equal for files that ask for the same."""
        return digest_json(self.to_json())


def read_parameters(path: Path | str) -> Parameters:
    """Read a PyRadiomics parameter file, YAML or JSON.

    Raises
    ------
    ConfigError
        Lists every unknown key and wrong value with its `file:line:column`.
    """
    return _resolve(read_yaml(path))


def make_parameters(content: Mapping[str, object]) -> Parameters:
    """Check the content of a parameter file that is already in memory.

    Raises
    ------
    ConfigError
        Lists every unknown key and wrong value.

    Examples
    --------
    >>> make_parameters({"setting": {"binWidth": 10}}).settings["binWidth"]
    10.0
    """
    return _resolve(YamlDocument(Path("parameters"), dict(content)))


def default_parameters() -> Parameters:
    """What PyRadiomics does with an empty parameter file, and its usual choice for CT.

    The original image without resampling, every feature class, grey levels 25 HU wide; shape2D
    gives values only where `force2D` is set, so that 107 features remain.
    """
    return make_parameters({})


def _resolve(document: YamlDocument) -> Parameters:
    content = validate(document, ParameterFile)
    given = _given(content.setting)
    decisive = {key: value for key, value in given.items() if key not in WITHOUT_EFFECT}
    label, channel = given.get("label"), given.get("label_channel")
    return Parameters(
        image_types=_image_types(content.imageType),
        feature_classes=_feature_classes(content.featureClass),
        settings={**DEFAULT_SETTINGS, **decisive},
        label=label if isinstance(label, int) else None,
        label_channel=channel if isinstance(channel, int) else None,
        source=str(document.path),
    )


def _given(settings: Settings | None) -> dict[str, object]:
    """Settings that are not null; a null interpolator means something: no resampling."""
    if settings is None:
        return {}
    found = settings.model_dump(exclude_unset=True)
    return {
        key: value for key, value in found.items() if value is not None or key == "interpolator"
    }


def _image_types(content: ImageTypes) -> dict[str, dict[str, object]]:
    named = content.model_fields_set or {"Original"}
    return {
        str(name): _own_settings(getattr(content, name)) for name in IMAGE_TYPES if name in named
    }


def _own_settings(settings: Settings | None) -> dict[str, object]:
    """Settings of one image type; null undoes a setting that holds for all image types."""
    found = settings.model_dump(exclude_unset=True) if settings else {}
    undone = {
        key: DEFAULT_SETTINGS.get(key)
        for key, value in found.items()
        if value is None and (key in DEFAULT_SETTINGS or key in CAN_BE_UNDONE)
    }
    kept = {key: value for key, value in found.items() if value is not None} | undone
    return {key: value for key, value in kept.items() if key not in WITHOUT_EFFECT}


def _feature_classes(content: FeatureClasses) -> dict[str, tuple[str, ...]]:
    named = content.model_fields_set or set(FEATURES)
    return {
        name: tuple(sorted(set(getattr(content, name) or ()))) for name in FEATURES if name in named
    }
