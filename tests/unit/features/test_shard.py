from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.cohort import Case
from radiomics_hcc.errors import InputError
from radiomics_hcc.features.shard import Shard


def case(patient_id: str, lesion_id: str = "1") -> Case:
    return Case(patient_id, "pre", Path("i"), Path("m"), lesion_id=lesion_id)


@settings(deadline=None, max_examples=30)
@given(patient_id=st.text(), count=st.integers(1, 20))
def test_every_case_is_in_exactly_one_part(patient_id, count):
    parts = [index for index in range(1, count + 1) if Shard(index, count).has(case(patient_id))]
    assert len(parts) == 1


def test_lesions_of_one_image_stay_together():
    for patient in "abcdefgh":
        assert Shard(1, 3).has(case(patient, "1")) == Shard(1, 3).has(case(patient, "2"))


def test_parts_are_of_similar_size():
    sizes = [sum(Shard(index, 4).has(case(f"p{i}")) for i in range(400)) for index in range(1, 5)]
    assert min(sizes) > 70


def test_text_is_read():
    assert Shard.parse("2/5") == Shard(2, 5)


@pytest.mark.parametrize("text", ["0/5", "6/5", "2", "a/b", "1/0", "-1/2", ""])
def test_what_is_no_part_is_refused(text):
    with pytest.raises(InputError, match="i/N"):
        Shard.parse(text)
