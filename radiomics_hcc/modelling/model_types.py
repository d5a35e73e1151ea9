"""What a model file may hold, form by form; never taken from a file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

ENTRY_POINT_GROUP: Final = "radiomics_hcc.trusted_types"
"""Installed packages name the classes of their classifiers here, `any = their.module:Class`."""

OBJECT: Final = "ObjectNode"

OWN_CLASSES: Final = frozenset(
    {
        "radiomics_hcc.modelling.calibrators.CalibratedClassifier",
        "radiomics_hcc.modelling.calibrators.SigmoidCalibrator",
        "radiomics_hcc.modelling.calibrators.TemperatureCalibrator",
        "radiomics_hcc.modelling.classifiers.block_stacking.BlockStacking",
        "radiomics_hcc.modelling.classifiers.k_nearest.NearestShares",
        "radiomics_hcc.modelling.classifiers.margin.MarginClassifier",
        "radiomics_hcc.modelling.classifiers.no_information.PatientShares",
        "radiomics_hcc.modelling.classifiers.ordinal_logistic.OrdinalLogisticClassifier",
        "radiomics_hcc.modelling.combat.ComBat",
        "radiomics_hcc.modelling.combat_covariates.NumberCode",
        "radiomics_hcc.modelling.combat_covariates.WordCode",
        "radiomics_hcc.modelling.selection.CorrelationPruning",
        "radiomics_hcc.modelling.selection.MissingRateFilter",
        "radiomics_hcc.modelling.selection.NearConstantFilter",
        "radiomics_hcc.modelling.selection.UnivariateSelection",
        "radiomics_hcc.modelling.selection.correlation_pruning.CorrelationPruning",
        "radiomics_hcc.modelling.selection.false_discovery.FdrSelection",
        "radiomics_hcc.modelling.selection.minimum_redundancy.MinimumRedundancySelection",
        "radiomics_hcc.modelling.selection.missing_rate.MissingRateFilter",
        "radiomics_hcc.modelling.selection.near_constant.NearConstantFilter",
        "radiomics_hcc.modelling.selection.reliability.ReliabilityFilter",
        "radiomics_hcc.modelling.selection.stability.StabilitySelection",
        "radiomics_hcc.modelling.selection.univariate.UnivariateSelection",
    }
)
"""Stages and classifiers of this package; those without a module of their own are older files'."""

LIBRARY_CLASSES: Final = frozenset(
    {
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn._loss.link.MultinomialLogit",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn.compose._column_transformer.ColumnTransformer",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.impute._base.MissingIndicator",
        "sklearn.impute._base.SimpleImputer",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.neighbors._classification.KNeighborsClassifier",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._encoders.OneHotEncoder",
        "sklearn.preprocessing._label.LabelEncoder",
        "sklearn.svm._classes.SVC",
        "sklearn.tree._classes.DecisionTreeClassifier",
    }
)
"""Classes of scikit-learn that this package's models are made of; skops trusts all of them."""

NUMBERS: Final = frozenset(
    f"numpy.{name}"
    for name in (
        "bool",
        "float32",
        "float64",
        "int32",
        "int64",
        "str_",
        "uint8",
        "uint32",
        "uint64",
    )
)
PRIMITIVES: Final = frozenset(f"builtins.{name}" for name in ("bool", "float", "int", "str"))

FORMS: Final[Mapping[str, frozenset[str]]] = {
    OBJECT: OWN_CLASSES | LIBRARY_CLASSES,
    "DictNode": frozenset({"builtins.dict"}),
    "ListNode": frozenset({"builtins.list"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "SliceNode": frozenset({"builtins.slice"}),
    "JsonNode": frozenset({"builtins.str"}),
    "TypeNode": PRIMITIVES | NUMBERS,
    "NdArrayNode": NUMBERS | {"numpy.ndarray"},
    "DTypeNode": frozenset({"numpy.dtype"}),
    "TreeNode": frozenset({"sklearn.tree._tree.Tree"}),
    "LossNode": frozenset(
        {
            "sklearn._loss._loss.CyHalfBinomialLoss",
            "sklearn._loss._loss.CyHalfMultinomialLoss",
        }
    ),
    "RandomGeneratorNode": frozenset({"numpy.random._generator.Generator"}),
}
"""How skops rebuilds a thing, and which things may be rebuilt so.

Functions, bound methods, partial calls, operators, bytes and constructors that are called with
arguments of the file are no form of a model of this package.
"""

TRUSTED_TYPES: Final = frozenset().union(*FORMS.values())
"""Every type of `FORMS`."""


def all_forms() -> dict[str, frozenset[str]]:
    """`FORMS` with the classes that installed packages name; nothing is imported for it."""
    points = entry_points(group=ENTRY_POINT_GROUP)
    added = frozenset(point.value.replace(":", ".") for point in points)
    return {**FORMS, OBJECT: FORMS[OBJECT] | added}
