from dataclasses import replace

import numpy as np
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.imaging.perturb.movement import Movement
from radiomics_hcc.imaging.perturb.plan import KINDS, Ranges, Sampling, VariantPlan, parse_kinds
from radiomics_hcc.imaging.perturb.volume_change import VolumeChange

PLAN = VariantPlan(kinds=KINDS, variants=10, seed=3)


def fractions(plan: VariantPlan, timepoint: str = "pre") -> list[float]:
    steps = [plan.chain(timepoint, number).steps for number in range(1, plan.variants + 1)]
    return [step.fraction for chain in steps for step in chain if isinstance(step, VolumeChange)]


def movement(plan: VariantPlan, number: int) -> Movement:
    step = plan.chain("pre", number).steps[-1]
    assert isinstance(step, Movement)
    return step


def test_variant_zero_is_the_lesion_as_it_is():
    assert PLAN.chain("pre", 0).steps == ()


def test_the_steps_come_in_one_order_whatever_the_order_of_the_words():
    words = [step.kind for step in PLAN.chain("pre", 1).steps]
    assert words == ["contour", "volume", "noise", "movement"]
    assert replace(PLAN, kinds=KINDS[::-1]).chain("pre", 1) == PLAN.chain("pre", 1)


def test_settings_are_spread_evenly_over_their_range():
    assert sorted(fractions(PLAN)) == pytest.approx(np.linspace(-0.135, 0.135, 10))
    angles = sorted(movement(PLAN, number).angles_deg[0] for number in range(1, 11))
    assert angles == pytest.approx(np.linspace(-11.7, 11.7, 10))
    shifts = sorted(movement(PLAN, number).shift_voxels[1] for number in range(1, 11))
    assert shifts == pytest.approx(np.linspace(-0.45, 0.45, 10))


def test_two_time_points_have_the_same_settings_in_another_order():
    before, after = fractions(PLAN), fractions(PLAN, "post")
    assert sorted(before) == sorted(after)
    assert before != after
    assert abs(np.corrcoef(before, after)[0, 1]) < 0.95


def test_only_the_kinds_that_are_asked_for_are_done():
    plan = VariantPlan(kinds=("rotation",), variants=4)
    (step,) = plan.chain("pre", 2).steps
    assert isinstance(step, Movement)
    assert step.angles_deg[0] != 0
    assert step.angles_deg[1:] == (0, 0)
    assert step.shift_voxels == (0, 0, 0)


def test_a_movement_is_sampled_where_the_features_are():
    plan = replace(PLAN, sampling=Sampling((1, 1, 1), 7))
    step = movement(plan, 1)
    assert (step.spacing_mm, step.margin) == ((1, 1, 1), 7)


def test_chance_belongs_to_seed_case_and_variant():
    def draw(plan: VariantPlan, case: str, variant: int) -> float:
        return float(plan.generator(case, variant).random())

    first = draw(PLAN, "p pre L1", 1)
    assert draw(PLAN, "p pre L1", 1) == first
    others = (PLAN, "p pre L2", 1), (PLAN, "p pre L1", 2), (replace(PLAN, seed=4), "p pre L1", 1)
    assert len({first, *(draw(*other) for other in others)}) == 4


def test_the_plan_is_written_with_every_range():
    assert PLAN.to_config() == {
        "kinds": list(KINDS),
        "variants": 10,
        "seed": 3,
        "ranges": {"volume": 0.15, "rotation_deg": 13.0, "tilt_deg": 5.0, "noise": 1.0},
    }


def test_a_line_of_kinds_is_read():
    assert parse_kinds(" contour,noise, contour,") == ("contour", "noise")


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(InputError) as error:
        VariantPlan(kinds=("contur",), variants=1, seed=-1)
    told = str(error.value)
    for words in ("did you mean 'contour'", "variants", "seed"):
        assert words in told
    with pytest.raises(InputError, match="kinds"):
        VariantPlan(kinds=())


@pytest.mark.parametrize("name", ["volume", "rotation_deg", "tilt_deg", "noise"])
def test_a_range_without_meaning_is_refused(name):
    with pytest.raises(InputError, match=name):
        Ranges(**{name: -0.1})
