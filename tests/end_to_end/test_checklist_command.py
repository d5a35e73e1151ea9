"""Reporting guidelines answered from a run that was really made."""

from __future__ import annotations

import pytest

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.history import load_run

CLEAR_DOCUMENTED = {
    *("15", "22", "23", "24", "25", "26", "27", "28", "30", "32", "33", "34", "35", "37", "38"),
    *("40", "41", "42", "44", "45", "47", "48"),
}
"""What every completed run with images documents of CLEAR."""
TRACKER = "checked"


@pytest.fixture(scope="module")
def checked(story) -> RunRecord:
    """The story, run once more into a folder of its own."""
    answer = story.rhcc(
        *("run", "story.yaml", "--set", f"execution.tracker={TRACKER}"),
        *("--set", "execution.report=", "--set", "validation.importance=0"),
    )
    assert answer.code == 0, answer.err
    return load_run("story", str(story.folder / TRACKER))


@pytest.mark.slow
def test_run_from_images_documents_the_extraction(story, checked: RunRecord) -> None:
    answer = story.rhcc(
        *("checklist", checked.run_id, "clear", "-o", "clear.csv", "--tracker", TRACKER)
    )
    assert (answer.code, answer.out.strip()) == (0, "clear.csv")
    table = story.table("clear.csv").set_index("number")
    documented = set(table.index[table["state"] == "documented"])
    assert documented >= CLEAR_DOCUMENTED
    assert "2 × 2 outer folds" in table.loc["15", "sentence"]
    assert "20 patients, seed 5" in table.loc["15", "sentence"]
