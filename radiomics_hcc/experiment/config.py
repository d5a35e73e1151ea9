"""The experiment file: one question, one closed schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from radiomics_hcc.domain.delta import DeltaKind
from radiomics_hcc.domain.patient_table import LesionRule
from radiomics_hcc.features.engine import DEFAULT_ENGINE
from radiomics_hcc.modelling.leakage import Intent

Name: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Scalar: TypeAlias = str | int | float | bool


class Section(BaseModel):
    """A closed, frozen part of the file: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CohortSection(Section):
    """Where the patients and their images are."""

    images: str | None = Field(None, description="cohort.csv or PyRadiomics' batch CSV")
    patients: str | None = Field(None, description="patients.csv: treatment and clinical columns")
    patient_id: str = Field("patient_id", description="identity column of the patients table")
    allow_outside: bool = Field(
        False, description="whether image paths may lead outside the folder of their table"
    )
    phase: str | None = Field(None, description="contrast phase to use; all when left out")

    @model_validator(mode="after")
    def _identity_is_named(self) -> CohortSection:
        if self.images and self.patient_id != "patient_id":
            raise ValueError(
                "patient_id names the identity column of a table without images; "
                "beside images call the column patient_id"
            )
        return self


class FeatureSection(Section):
    """Which features, from images or from a table that was extracted before."""

    params: str | None = Field(None, description="a PyRadiomics parameter file")
    engine: str = Field(DEFAULT_ENGINE, description="feature engine, used with images")
    table: str | None = Field(None, description="feature table, instead of images")
    patient_id: str = Field("patient_id", description="identity column of the table")
    prefix: str = Field("", description="use the columns of the table that begin so")
    exclude: tuple[str, ...] = Field((), description="columns of the table to leave out")
    timepoints: tuple[str, ...] = Field(("pre",), description="time points whose values enter")
    delta: tuple[DeltaKind, ...] = Field((), description="changes between `between` that enter")
    between: tuple[str, str] = Field(("pre", "post"), description="the time points of a change")
    allow_anchor_dependent: bool = Field(
        False, description="whether changes of features that hold the grey level itself may enter"
    )
    functional: bool = Field(
        False, description="whether enhancement, necrosis and viable size enter, from images"
    )
    allow_other_phase: bool = Field(
        False, description="whether changes between different contrast phases may enter, marked"
    )
    per_patient: LesionRule = Field(LesionRule.LARGEST_LESION, description="lesions to patient")

    @model_validator(mode="after")
    def _something_enters(self) -> FeatureSection:
        if not self.timepoints and not self.delta:
            raise ValueError("neither timepoints nor delta: no feature would enter")
        if self.table and self.params:
            raise ValueError("give params (to extract) or table (already extracted), not both")
        if self.table and self.functional:
            raise ValueError("functional needs images; extract the table with --functional instead")
        return self


class TargetSection(Section):
    """What is predicted: a response criterion over measurements, or a column."""

    measurements: str | None = Field(None, description="measurements.csv")
    criterion: str = Field("mrecist", description="see `rhcc list criteria`")
    parameters: dict[str, Scalar] = Field({}, description="parameters of the criterion")
    readers: str = Field("majority", description="majority, median, unanimous, or a reader")
    fewest_readers: int = Field(
        1, ge=1, description="patients with the label of fewer readers are left out"
    )
    column: str | None = Field(None, description="label column of the patients table")
    columns: dict[str, str] = Field(
        {}, description="label columns of several readers, reader: column of the patients table"
    )
    merge: dict[str, tuple[Scalar, ...]] = Field(
        {}, description="classes, best first, each with the values that belong to it"
    )

    @model_validator(mode="after")
    def _one_source(self) -> TargetSection:
        if [self.measurements is None, self.column is None, not self.columns].count(False) != 1:
            raise ValueError("give exactly one of measurements, column and columns")
        if self.label_columns and len(self.merge) < 2:
            raise ValueError("a label column needs merge: its classes, best first, and values")
        if self.column is not None and self.fewest_readers > 1:
            raise ValueError("fewest_readers needs measurements or columns, not one column")
        return self

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns of the patients table that hold labels; none with measurements."""
        return (self.column,) if self.column is not None else tuple(self.columns.values())


class ValidationSection(Section):
    """Nested cross-validation over patients."""

    outer: int = Field(5, ge=2, description="outer folds")
    repeats: int = Field(20, ge=1, description="repeats of the outer folds")
    inner: int = Field(4, ge=2, description="inner folds of the search")
    permutations: int = Field(0, ge=0, description="permutations of the patients' labels")
    threshold: Literal["youden", "sensitivity_90", "prevalence", "half"] = Field(
        "youden", description="how the decision threshold is chosen inside training"
    )
    importance: int = Field(
        10, ge=0, description="permutations of each group of correlated features; 0 for none"
    )
    resamples: int = Field(
        2000,
        ge=100,
        description="resamples of the patient bootstrap; with fewer than some 1,200 no difference "
        "can stand after the correction for all comparisons",
    )


class HarmoniseSection(Section):
    """ComBat, fitted inside every training fold."""

    batch: str = Field(description="column of the patients table, such as site or scanner")
    covariates: tuple[str, ...] = Field((), description="clinical columns whose effect is kept")
    reference: str = Field("", description="batch that stays as it is; the mean when left out")
    unseen: Literal["error", "pass_through", "pooled"] = Field(
        "error", description="what happens to patients of a batch that training never saw"
    )
    empirical_bayes: bool = Field(True, description="whether batches borrow from each other")
    mean_only: bool = Field(False, description="whether only the location is adjusted")
    smallest_batch: int = Field(10, ge=2, description="fewest training patients of a batch")


class ReliabilitySection(Section):
    """Features that a change of the mask moves too much are left out."""

    table: str = Field(description="what `rhcc robustness` wrote")
    statistic: Literal["icc_a1", "icc_c1"] = Field("icc_a1", description="agreement, consistency")
    bound: Literal["low", "estimate", "high"] = Field("low", description="limit of the ICC used")
    limit: float = Field(0.75, ge=0.0, le=1.0, description="smallest ICC that stays")
    unknown: Literal["drop", "keep"] = Field("drop", description="features without an ICC")


class LeaveOneOutSection(Section):
    """Each site (or other group) is tested by a model of all the others."""

    kind: Literal["leave_one_out"]
    column: str = Field(description="column of the patients table")


class HeldOutSection(Section):
    """Some sites are tested by a model of the others."""

    kind: Literal["held_out"]
    column: str = Field(description="column of the patients table")
    values: tuple[Scalar, ...] = Field(min_length=1, description="values that are tested")


class TemporalSection(Section):
    """Later patients are tested by a model of the earlier ones."""

    kind: Literal["temporal"]
    column: str = Field("treatment_date", description="column of days of the patients table")
    start: date = Field(description="first day of the tested patients")


class SecondCohortSection(Section):
    """A second cohort is tested by a model of the first; what is left out is as in the first."""

    kind: Literal["second_cohort"]
    name: str = Field("second_cohort", description="what reports call it")
    images: str | None = Field(None, description="its cohort.csv")
    patients: str | None = Field(None, description="its patients.csv")
    table: str | None = Field(None, description="its feature table, instead of images")
    measurements: str | None = Field(None, description="its measurements.csv")


TestingSection: TypeAlias = Annotated[
    LeaveOneOutSection | HeldOutSection | TemporalSection | SecondCohortSection,
    Field(discriminator="kind"),
]


class ExecutionSection(Section):
    """How the work is done; never part of the digest."""

    jobs: int = Field(1, ge=1, description="processes")
    cache: str | None = Field(".cache/features", description="folder of the feature cache")
    verify: int | None = Field(
        None,
        ge=0,
        description="lesions to measure with the other engine as well; "
        "when left out one, where PyRadiomics is installed",
    )
    tracker: str | None = Field(
        None,
        description="sqlite:///, http(s)://, or a folder; "
        "when left out MLFLOW_TRACKING_URI, else sqlite:///mlflow.db",
    )
    report: str | None = Field(
        "reports/{name}.html", description="where the HTML report is written; null for nowhere"
    )


class ExperimentConfig(Section):
    """One experiment; paths are relative to the file, those of `execution` to where it is run."""

    schema_version: Literal[1]
    name: Name = Field(description="groups the runs of this experiment")
    question: str = Field(min_length=1, description="what the experiment asks, in words")
    intent: Intent = Field(description="which scans may enter")
    seed: int = Field(ge=0, description="of every random choice")
    cohort: CohortSection = Field(default_factory=lambda: CohortSection.model_validate({}))
    features: FeatureSection = Field(default_factory=lambda: FeatureSection.model_validate({}))
    clinical: tuple[str, ...] = Field((), description="columns of the patients table")
    target: TargetSection
    models: tuple[dict[str, Scalar | None], ...] = Field(
        min_length=1, description="`{kind: ...}` with parameters; the first is the primary model"
    )
    validation: ValidationSection = Field(
        default_factory=lambda: ValidationSection.model_validate({})
    )
    allow_incorporation: str | None = Field(
        None,
        min_length=10,
        description="why columns of the label's own scan may enter",
    )
    context: tuple[str, ...] = Field(
        (),
        description="columns of the patients table that are checked against the label and never "
        "learned from; when left out those of site, center, centre, scanner, manufacturer that "
        "are there",
    )
    subgroups: tuple[str, ...] = Field(
        (),
        description="columns of the patients table to show results by; when left out those of "
        "site, sex, bclc, treatment that are there",
    )
    harmonise: HarmoniseSection | None = Field(None, description="ComBat; none when left out")
    reliability: ReliabilitySection | None = Field(None, description="filter by ICC")
    testing: tuple[TestingSection, ...] = Field(
        (), description="tests on other patients than those of the training"
    )
    variants: dict[Name, dict[str, object]] = Field(
        {}, description="runs of this file, each with the keys that differ"
    )
    execution: ExecutionSection = Field(default_factory=lambda: ExecutionSection.model_validate({}))

    @model_validator(mode="after")
    def _columns_come_once(self) -> ExperimentConfig:
        twice = sorted({name for name in self.clinical if self.clinical.count(name) > 1})
        if twice:
            raise ValueError(f"clinical names {', '.join(twice)} more than once")
        return self

    @model_validator(mode="after")
    def _features_have_a_source(self) -> ExperimentConfig:
        if self.features.table is None and self.cohort.images is None:
            raise ValueError("give cohort.images (to extract) or features.table")
        return self
