"""Sizes and classes measured in synthetic images against the truth that they were made from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from agreement_measuring import (
    BREATH_MM,
    FOUR_PHASES,
    Agreement,
    bland_altman,
    measured_against_truth,
)

pytestmark = pytest.mark.slow
PATIENTS = 8
PIXEL_MM = 1.5


def agreement(folder: Path, **choices) -> Agreement:
    synthesise_cohort(folder, SyntheticSettings(PATIENTS, **choices))
    return measured_against_truth(folder)


@pytest.fixture(scope="module")
def two_phases(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    return agreement(tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def four_phases(tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    folder = tmp_path_factory.mktemp("four")
    return agreement(folder, phases=FOUR_PHASES, breath_shift_mm=BREATH_MM)


def test_whole_sizes_agree_within_a_pixel(two_phases: Agreement) -> None:
    longest = bland_altman(two_phases.sizes, "longest_mm")
    assert longest["n"] >= 20
    assert -PIXEL_MM < longest["low"] < longest["high"] < 1.5 * PIXEL_MM
    volume = bland_altman(two_phases.sizes, "volume_ml")
    assert -0.5 < volume["low"] < volume["high"] < 0.5


def test_arterial_phase_alone_finds_viable_diameters(two_phases: Agreement) -> None:
    sizes = two_phases.sizes
    viable = bland_altman(sizes[sizes["true_viable_mm"] > 0], "viable_mm")
    assert abs(viable["bias"]) < PIXEL_MM
    assert -5 * PIXEL_MM < viable["low"] < viable["high"] < 5 * PIXEL_MM


def test_subtraction_finds_viable_diameters_and_necrosis(four_phases: Agreement) -> None:
    sizes = four_phases.sizes
    viable = bland_altman(sizes, "viable_mm")
    assert abs(viable["bias"]) < PIXEL_MM
    assert -2 * PIXEL_MM < viable["low"] < viable["high"] < 3 * PIXEL_MM
    assert (sizes.loc[sizes["pattern"] == "necrotic", "viable_mm"] == 0).all()


def test_classes_by_subtraction_are_true_or_allowed(four_phases: Agreement) -> None:
    classes = four_phases.classes
    assert classes["is_allowed"].all(), classes.to_string()
    assert (classes["true"] == classes["measured"]).mean() >= 0.85


def test_classes_without_subtraction_are_true_allowed_or_doubted(two_phases: Agreement) -> None:
    classes = two_phases.classes
    explained = classes["is_allowed"] | classes["is_doubted"] | (classes["measured"] == "NE")
    assert explained.all(), classes[~explained].to_string()
    assert (classes["true"] == classes["measured"]).mean() >= 0.6
