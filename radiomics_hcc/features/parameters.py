"""What to extract: an unchanged PyRadiomics parameter file, or IBSI's settings, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from radiomics_hcc.datasets.yaml_file import YamlDocument, read_yaml, validate
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.names import DEPRECATED, FEATURES, IMAGE_TYPES
from radiomics_hcc.features.parameter_schema import (
    FeatureClasses,
    ImageTypes,
    ParameterFile,
    Settings,
    VoxelSettings,
)

if TYPE_CHECKING:
    from radiomics_hcc.features.ibsi.schema import IbsiSettings

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
CAN_BE_UNDONE: Final = ("binCount", "binOrigin", "weightingNorm")  # off by default, per image type
NATIVE_ONLY: Final = ("binOrigin", "filterSupport")  # settings that PyRadiomics does not have
# CT in HU: 25 HU wide from -100 HU, below fat, above the air of lung and bowel.
CT_BIN_ORIGIN_HU: Final = -100.0
# Intensities without a unit (MR): as many grey levels in every region (IBSI manual, 2.7).
BIN_COUNT_WITHOUT_UNIT: Final = 32
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
    voxel
        The section `voxelSetting`, for feature maps: `kernelRadius`, `maskedKernel`, `initValue`.
        It has no effect on the features of a region and is not part of the digest.
    source
        The file, for messages; not part of the digest.
    ibsi
        IBSI's settings, which stand in place of all others where they are given.
    """

    image_types: Mapping[str, Mapping[str, object]]
    feature_classes: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, object]
    label: int | None = None
    label_channel: int | None = None
    voxel: Mapping[str, object] = field(default_factory=dict)
    source: str = field(default="", compare=False)
    ibsi: IbsiSettings | None = None

    def to_json(self) -> dict[str, object]:
        """Write as the content of a parameter file, every default named."""
        if self.ibsi is not None:
            return {"ibsi": self.ibsi.to_json()}
        return {
            "imageType": {name: dict(own) for name, own in self.image_types.items()},
            "featureClass": {name: list(wanted) for name, wanted in self.feature_classes.items()},
            "setting": dict(self.settings),
        }

    @property
    def is_native_only(self) -> bool:
        """Whether a setting is there that PyRadiomics does not know."""
        if self.ibsi is not None:
            return True
        return any(key in NATIVE_ONLY for own in self._all_settings() for key in own)

    @property
    def brings_grids_together(self) -> bool:
        """Whether a mask may lie on another grid: resampling or `correctMask` see to it.

        Also with a `geometryTolerance`, by which the engine then judges.
        """
        resamples = self.settings.get("resampledPixelSpacing") and self.settings["interpolator"]
        return bool(
            resamples or self.settings.get("correctMask") or self.settings.get("geometryTolerance")
        )

    def compatible(self) -> Parameters:
        """The same without the settings that PyRadiomics does not know.

        Of IBSI's settings nothing is left: what an empty parameter file asks for.
        """
        if self.ibsi is not None:
            return compatible_parameters()
        return replace(
            self,
            image_types={name: _without_ours(own) for name, own in self.image_types.items()},
            settings=_without_ours(self.settings),
        )

    def of_image_type(self, name: str) -> dict[str, object]:
        """The settings of one image type: those of all, and over them its own."""
        return {**self.settings, **self.image_types[name]}

    def wanted(self, class_name: str) -> tuple[str, ...]:
        """The features to compute of a class that is asked for, in PyRadiomics' order."""
        asked, deprecated = self.feature_classes[class_name], DEPRECATED.get(class_name, ())
        return tuple(
            name
            for name in FEATURES[class_name]
            if name in asked or not (asked or name in deprecated)
        )

    def _all_settings(self) -> Iterator[Mapping[str, object]]:
        yield self.settings
        yield from self.image_types.values()

    def digest(self) -> str:
        """SHA-256 of what decides the values: equal for files that ask for the same."""
        return digest_json(self.to_json())


def read_parameters(path: Path | str) -> Parameters:
    """Read a PyRadiomics parameter file, or one with the key `ibsi`, YAML or JSON.

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


def default_parameters(modality: str = "CT") -> Parameters:
    """What is extracted where no parameter file is given.

    The original image without resampling and every feature class: 107 features, as shape2D gives
    values only where `force2D` is set. For CT grey levels can be compared between time points:
    they are 25 HU wide and begin at -100 HU in every region. Elsewhere, where intensities have no
    unit, every region has 32 of its own (changes of features that hold the grey level itself are
    then refused, see `FeatureTable.delta`).

    Parameters
    ----------
    modality
        As DICOM writes it: `CT`, `MR`, `PT`.
    """
    if modality == "CT":
        return make_parameters({"setting": {"binOrigin": CT_BIN_ORIGIN_HU}})
    return make_parameters({"setting": {"binCount": BIN_COUNT_WITHOUT_UNIT}})


def compatible_parameters() -> Parameters:
    """What PyRadiomics does with an empty parameter file: grey levels 25 wide, no fixed origin."""
    return make_parameters({})


def parameters_for(cohort: Cohort, engine: str) -> Parameters:
    """The defaults for an engine and the modality of a cohort.

    Raises
    ------
    InputError
        Where the cohort has several modalities, for which no defaults are right at once.
    """
    if engine == "pyradiomics":
        return compatible_parameters()
    found = sorted({case.modality for case in cohort.cases}) or ["CT"]
    if len(found) > 1:
        what = f"the cohort holds {' and '.join(found)}, which no defaults fit at once"
        raise InputError([Problem("parameters", what, "give a parameter file")])
    return default_parameters(found[0])


def _without_ours(settings: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in settings.items() if key not in NATIVE_ONLY}


def _resolve(document: YamlDocument) -> Parameters:
    content = validate(document, ParameterFile)
    if "ibsi" in content.model_fields_set:
        return _resolve_ibsi(document)
    given = _given(content.setting)
    decisive = {key: value for key, value in given.items() if key not in WITHOUT_EFFECT}
    label, channel = given.get("label"), given.get("label_channel")
    return Parameters(
        image_types=_image_types(content.imageType),
        feature_classes=_feature_classes(content.featureClass),
        settings={**DEFAULT_SETTINGS, **decisive},
        label=label if isinstance(label, int) else None,
        label_channel=channel if isinstance(channel, int) else None,
        voxel=_voxel(content.voxelSetting),
        source=str(document.path),
    )


def _resolve_ibsi(document: YamlDocument) -> Parameters:
    # Loads every class of IBSI, for which other parameter files should not wait.
    from radiomics_hcc.features.ibsi.schema import IbsiFile

    settings = validate(document, IbsiFile).ibsi
    return Parameters({}, {}, {}, source=str(document.path), ibsi=settings)


def _given(settings: Settings | None) -> dict[str, object]:
    """Settings that are not null; a null interpolator means something: no resampling."""
    if settings is None:
        return {}
    found = settings.model_dump(exclude_unset=True)
    return {
        key: value for key, value in found.items() if value is not None or key == "interpolator"
    }


def _voxel(settings: VoxelSettings | None) -> dict[str, object]:
    return settings.model_dump(exclude_none=True) if settings else {}


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
