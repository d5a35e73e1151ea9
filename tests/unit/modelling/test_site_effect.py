"""A site effect in the features, and none: the simulation of benchmarks/validity, small."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.validation import Validation

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "validity"))

import site_effect as simulated
from simulated_cohorts import Plan

from radiomics_hcc.modelling.preparation import Preparation

FOLDS = Validation(outer=3, repeats=1, inner=2)
COMBAT = Preparation(simulated.COMBAT)
STRONG = Plan(patients=150, radiomic=15, planted=2, effect=2.0, most_lesions=1)
NOTHING = Plan(patients=150, radiomic=10, most_lesions=1)
STUDIES = range(2)


def mean_scores(tables, targets, preparation: Preparation) -> dict[str, float]:
    found = [
        dict(simulated.scores(table, target, preparation, FOLDS))
        for table, target in zip(tables, targets, strict=True)
    ]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def test_combat_in_the_fold_recovers_what_a_site_effect_took() -> None:
    made = [simulated.make_study(STRONG, simulated.APART, seed) for seed in STUDIES]
    targets = [study.target for study in made]
    clean = mean_scores([study.clean for study in made], targets, Preparation())
    measured = mean_scores([study.measured for study in made], targets, Preparation())
    harmonised = mean_scores([study.measured for study in made], targets, COMBAT)
    assert measured["within a site"] < clean["within a site"] - 0.05
    assert harmonised["within a site"] > clean["within a site"] - 0.03


def test_combat_in_the_fold_invents_nothing_where_the_label_follows_the_site() -> None:
    made = [simulated.make_study(NOTHING, simulated.FOLLOWED, seed) for seed in STUDIES]
    tables, targets = [study.measured for study in made], [study.target for study in made]
    measured = mean_scores(tables, targets, Preparation())
    harmonised = mean_scores(tables, targets, COMBAT)
    assert measured["all"] > 0.75
    assert harmonised["all"] < 0.6
    assert harmonised["within a site"] < 0.65
    assert [simulated.said(study) for study in made] == ["serious"] * len(made)


def test_a_site_that_training_never_saw_is_refused_before_any_fit() -> None:
    study = simulated.make_study(NOTHING, simulated.APART, 0)
    few = study.measured.context.copy()
    few.iloc[:1] = "D"
    table = replace(study.measured, context=few)
    with pytest.raises(InputError, match="batch 'D'"):
        simulated.scores(table, study.target, COMBAT, FOLDS)
