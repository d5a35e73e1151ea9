"""The reason names what the sum alone does not show."""

import pytest

from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.mrecist import MRECIST

SIZES = ("longest_mm", "perpendicular_mm", "viable_mm", "viable_perpendicular_mm")


def row(day, lesion, size=None, **more):
    sizes = {} if size is None else dict.fromkeys(SIZES, size)
    return {"assessment": day, "lesion_id": lesion} | sizes | more


@pytest.mark.parametrize("kind", ["mrecist", "recist11", "irecist", "imrecist", "who", "easl"])
def test_fragments_merged_and_tiny_targets_are_named(assessed, kind):
    rows = [row(0, name, 40) for name in ("A", "B", "C", "D")]
    rows += [row(60, "A", 12), row(60, "A", 9), row(60, "B", 20), row(60, "C", status="merged")]
    rows += [row(60, "D", status="too_small")]
    reason = assessed(criterion_class(kind)(), rows)[0].reason
    assert "A fell into 2 fragments, which count together." in reason
    assert "C has merged with another target, which is measured." in reason
    assert "D is there but too small to measure." in reason
    assert "B " not in reason


def test_measured_and_vanished_targets_need_no_word(assessed):
    rows = [row(0, "A", 40), row(0, "B", 30), row(60, "A", 20), row(60, "B", status="absent")]
    reason = assessed(MRECIST(), rows)[0].reason
    for word in ("fragments", "merged", "too small"):
        assert word not in reason
