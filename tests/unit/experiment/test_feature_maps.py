"""Rows of the listing of feature maps for lesions that cannot be mapped."""

from __future__ import annotations

from pathlib import Path

import pytest

from radiomics_hcc.domain.cohort import Case, Status
from radiomics_hcc.experiment.feature_maps import MapWriter
from radiomics_hcc.features.parameters import compatible_parameters


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.ABSENT, "the lesion is absent"),
        (Status.MERGED, "the lesion has merged with another"),
    ],
)
def test_lesion_without_a_region_has_a_row_that_says_why(
    tmp_path: Path, status: Status, reason: str
) -> None:
    case = Case("p", "post", None, None, lesion_id="L1", status=status)
    word, rows = MapWriter(tmp_path, compatible_parameters(), ["firstorder_Mean"])(case)
    assert word == "absent"
    assert [(row["status"], row["reason"]) for row in rows] == [(status, reason)]
    assert not list(tmp_path.iterdir())
