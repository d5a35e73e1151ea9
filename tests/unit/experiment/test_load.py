"""From the text of an experiment file to checked experiments, and where what is wrong stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from radiomics_hcc.errors import ConfigError
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.load import Experiment, load_experiments

TEXT = """\
schema_version: 1
name: small
question: Does texture tell the response?
intent: pretreatment_prediction
seed: 3
cohort: {images: cohort.csv, phase: arterial}
target:
  measurements: measurements.csv
  merge: {OR: [CR, PR], nonOR: [SD, PD]}
models:
  - {kind: elastic_net}
  - {kind: random_forest, trees: 50}
validation: {outer: 5, repeats: 2}
"""

Load = Callable[..., tuple[Experiment, ...]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a text and load it, with pieces replaced."""

    def written(*settings: str, replaced: dict[str, str] | None = None, more: str = "") -> tuple:
        text = TEXT + more
        for old, new in (replaced or {}).items():
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "e.yaml").write_text(text)
        return load_experiments(tmp_path / "e.yaml", settings)

    return written


def refusal(load: Load, *settings: str, **changes: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load(*settings, **changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("seed: 3", "sead: 3", "e.yaml:5:1", "did you mean 'seed'?"),
        ("phase: arterial", "phse: arterial", "e.yaml:6:30", "did you mean 'phase'?"),
        ("trees: 50", "tres: 50", "e.yaml:12:6", "did you mean 'trees'?"),
        ("trees: 50", "trees: many", "e.yaml:12:6", "valid integer, found 'many'"),
        ("kind: elastic_net", "kind: elastic", "e.yaml:11:6", "did you mean 'elastic_net'?"),
        ("{kind: elastic_net}", "elastic_net", "e.yaml:11:5", "models.0"),
        ("outer: 5", "outer: 1", "e.yaml:13:14", "greater than or equal to 2"),
        ("intent: pretreatment_prediction", "intent: predict", "e.yaml:4:1", "early_response"),
        ("schema_version: 1", "schema_version: 2", "e.yaml:1:1", "schema_version"),
        ("name: small", "name: a b", "e.yaml:2:1", "name"),
        ("cohort.csv,", "cohort.csv, patient_id: ID,", "e.yaml:6:1", "call the column patient_id"),
        ("images: cohort.csv, ", "", "e.yaml:1:1", "features.table"),
        ("  measurements: m", "  column: x\n  measurements: m", "e.yaml:7:1", "exactly one of"),
        ("  measurements: m", "  criterion: mrecis\n  measurements: m", "e.yaml:8:3", "'mrecist'?"),
    ],
)
def test_mistake_is_told_where_it_stands(
    load: Load, old: str, new: str, place: str, told: str
) -> None:
    message = refusal(load, replaced={old: new})
    assert f"{place}: " in message
    assert told in message


def test_unknown_parameter_of_a_criterion_suggests_the_nearest(load: Load) -> None:
    message = refusal(load, "target.parameters={progression_min: 5}")
    assert "progression_min_mm" in message


def test_every_mistake_is_told_at_once(load: Load) -> None:
    message = refusal(load, replaced={"seed: 3": "sead: 3", "outer: 5": "oter: 5"})
    assert "'seed'" in message
    assert "'outer'" in message


def test_column_needs_its_classes(load: Load) -> None:
    message = refusal(load, "target={column: responder}")
    assert "needs merge" in message


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"])
def test_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "e.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"e\.yaml"):
        load_experiments(tmp_path / "e.yaml")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml"):
        load_experiments(tmp_path / "nowhere.yaml")


def test_variable_has_its_value_or_its_default(load: Load, monkeypatch) -> None:
    changed = {"images: cohort.csv": "images: '${HERE:-data}/${NAME:-cohort}.csv'"}
    monkeypatch.delenv("HERE", raising=False)
    monkeypatch.setenv("NAME", "mine")
    (experiment,) = load(replaced=changed)
    assert experiment.config.cohort.images == "data/mine.csv"
    monkeypatch.setenv("HERE", "")
    assert load(replaced=changed)[0].config.cohort.images == "data/mine.csv"


def test_record_names_a_file_as_it_was_written_and_no_folder_of_the_machine(
    load: Load, monkeypatch
) -> None:
    changed = {"images: cohort.csv": "images: '${HERE:-data}/cohort.csv'"}
    found = []
    for folder in ("/home/one", "/home/two"):
        monkeypatch.setenv("HERE", folder)
        (experiment,) = load(replaced=changed)
        assert experiment.config.cohort.images == f"{folder}/cohort.csv"
        assert experiment.resolved()["cohort"]["images"] == "${HERE:-data}/cohort.csv"
        assert experiment.path("${HERE:-data}/cohort.csv") == Path(folder, "cohort.csv")
        found.append(experiment.digest())
    assert found[0] == found[1]


def test_setting_is_recorded_where_it_replaces_a_variable(load: Load) -> None:
    changed = {"images: cohort.csv": "images: '${HERE:-data}/cohort.csv'"}
    (experiment,) = load("cohort.images=mine.csv", replaced=changed)
    assert experiment.resolved()["cohort"]["images"] == "mine.csv"


def test_variable_that_is_not_set_is_told_where_it_stands(load: Load, monkeypatch) -> None:
    monkeypatch.delenv("HERE", raising=False)
    message = refusal(load, replaced={"images: cohort.csv": "images: '${HERE}/c.csv'"})
    assert "e.yaml:6:10: the environment variable HERE is not set" in message


def test_number_may_come_from_a_variable(load: Load, monkeypatch) -> None:
    monkeypatch.setenv("SEED", "41")
    assert load(replaced={"seed: 3": "seed: ${SEED}"})[0].config.seed == 41


def test_setting_reaches_nested_keys_and_lists(load: Load) -> None:
    (experiment,) = load(
        "seed=9",
        "validation.outer=4",
        "features.timepoints=[pre, post]",
        "models=[{kind: ordinal_logistic}]",
        "execution.jobs=2",
        "cohort.phase=",
        "question=Is a=b?",
    )
    config = experiment.config
    assert (config.seed, config.validation.outer, config.validation.repeats) == (9, 4, 2)
    assert config.features.timepoints == ("pre", "post")
    assert [model["kind"] for model in config.models] == ["ordinal_logistic"]
    assert (config.execution.jobs, config.cohort.phase) == (2, None)
    assert config.question == "Is a=b?"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("seed", "write key.path=value"),
        ("=3", "write key.path=value"),
        ("validation..outer=3", "write key.path=value"),
        ("seed.x=3", "'seed' is not a section"),
        ("models.0.kind=elastic_net", "'models' is not a section"),
        ("features.timepoints=[pre", "--set features.timepoints"),
        ("sead=3", "did you mean 'seed'?"),
    ],
)
def test_wrong_setting_is_told(load: Load, setting: str, told: str) -> None:
    assert told in refusal(load, setting)


def test_every_wrong_setting_is_told_at_once(load: Load) -> None:
    message = refusal(load, "seed", "validation")
    assert "--set seed" in message
    assert "--set validation" in message


VARIANTS = """\
variants:
  one: {}
  two:
    target: {merge: {CR: [CR], nonCR: [PR, SD, PD]}}
    validation: {repeats: 7}
"""


def test_variant_replaces_its_keys_and_leaves_the_others(load: Load) -> None:
    one, two = load(more=VARIANTS)
    assert (one.name, two.name) == ("small.one", "small.two")
    assert list(one.config.target.merge) == ["OR", "nonOR"]
    assert list(two.config.target.merge) == ["CR", "nonCR"]
    assert two.config.target.measurements == "measurements.csv"
    assert (two.config.validation.outer, two.config.validation.repeats) == (5, 7)
    assert one.digest() != two.digest()


def test_setting_wins_over_a_variant(load: Load) -> None:
    assert [e.config.validation.repeats for e in load("validation.repeats=3", more=VARIANTS)] == [
        3,
        3,
    ]


def test_setting_may_change_a_variant(load: Load) -> None:
    one, two = load("variants.two.seed=8", more=VARIANTS)
    assert (one.config.seed, two.config.seed) == (3, 8)


def test_mistake_of_a_variant_is_told_where_it_stands(load: Load) -> None:
    message = refusal(load, more=VARIANTS.replace("repeats", "repeat"))
    assert "e.yaml:18:18: " in message
    assert "did you mean 'repeats'?" in message


@pytest.mark.parametrize("text", ["variants: [a, b]\n", "variants:\n  a:\n  b: {}\n"])
def test_variants_must_be_mappings(load: Load, text: str) -> None:
    assert "write name: {key: value}" in refusal(load, more=text)


def test_digest_does_not_depend_on_execution_nor_on_the_order_of_keys(load: Load) -> None:
    (plain,) = load()
    (moved,) = load(
        "execution.jobs=8",
        "execution.tracker=elsewhere",
        "execution.cache=",
        replaced={"outer: 5, repeats: 2": "repeats: 2, outer: 5"},
    )
    assert plain.digest() == moved.digest()


def test_digest_does_not_change_with_a_default_written_out(load: Load) -> None:
    assert load()[0].digest() == load("validation.inner=4", "features.engine=native")[0].digest()


@pytest.mark.parametrize(
    "setting",
    [
        "seed=4",
        "name=other",
        "question=Why?",
        "intent=early_response",
        "cohort.phase=portal",
        "features.per_patient=sum",
        "features.delta=[relative]",
        "features.allow_anchor_dependent=true",
        "clinical=[age]",
        "target.readers=R1",
        "target.parameters={progression_min_mm: 4}",
        "models=[{kind: random_forest, trees: 50}, {kind: elastic_net}]",
        "validation.outer=4",
        "validation.permutations=1",
        "validation.resamples=500",
        "allow_incorporation=because it is asked for",
        "target.merge={nonOR: [SD, PD], OR: [CR, PR]}",
    ],
)
def test_digest_changes_with(load: Load, setting: str) -> None:
    assert load()[0].digest() != load(setting)[0].digest()


def test_resolved_configuration_makes_the_same_experiment_again(load: Load) -> None:
    for experiment in load("features.delta=[relative]", more=VARIANTS):
        again = ExperimentConfig.model_validate(experiment.resolved())
        copied = Experiment(again, experiment.file)
        assert copied.resolved() == experiment.resolved()
        assert copied.digest() == experiment.digest()


def test_paths_are_relative_to_the_file(load: Load, tmp_path: Path) -> None:
    (experiment,) = load()
    assert experiment.path("a/../b.csv") == tmp_path.resolve() / "b.csv"
    assert experiment.path("/data/b.csv") == Path("/data/b.csv")
    assert experiment.path("~/b.csv") == Path.home().resolve() / "b.csv"
