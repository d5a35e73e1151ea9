from __future__ import annotations

import pytest

from radiomics_hcc.domain.lesion_fragments import next_fragment, whole_lesion


@pytest.mark.parametrize(
    ("lesion_id", "whole"),
    [
        ("L1~a", "L1"),
        ("L1~ab", "L1"),
        ("L1", "L1"),
        ("segment 4~b", "segment 4"),
        ("~a", "~a"),
        ("L1~", "L1~"),
        ("L1~2", "L1~2"),
        ("L1~A", "L1~A"),
    ],
)
def test_only_a_fragment_belongs_to_another_lesion(lesion_id, whole):
    assert whole_lesion(lesion_id) == whole


def test_fragments_get_the_first_free_letter():
    taken: list[str] = []
    for _ in range(28):
        taken.append(next_fragment("L1", taken))
    assert [*taken[:2], *taken[25:]] == ["L1~a", "L1~b", "L1~z", "L1~aa", "L1~ab"]


def test_part_of_a_fragment_is_a_fragment_of_the_whole():
    assert next_fragment("L1~a", ["L1~a", "L1~b"]) == "L1~c"
