"""Sums of HCC-TACE-Seg that look as if one reader had written them in another unit."""

from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.response.measurements import Measurements

TABLE = (
    Path(__file__).parents[3] / "shared" / "data" / "hcc_tace_seg" / "hcc_tace_seg_clinical_v2.csv"
)
READERS = ("1", "2", "3")

pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the HCC-TACE-Seg clinical table is not on this machine"
)


def suspects(name, column):
    """Patient, reader and size of every sum that is warned of."""
    table = pd.read_csv(TABLE, dtype=str)
    parts = [
        table[["TCIA_ID", f"{reader}_{name}_{visit}"]]
        .set_axis(["patient_id", column], axis=1)
        .assign(reader=reader, assessment=day)
        for reader in READERS
        for visit, day in (("BL", 0), ("FU", 60))
    ]
    complete = pd.concat(parts).dropna()
    follow_ups = complete.groupby(["patient_id", "reader"])["assessment"].transform("nunique")
    rows = complete[follow_ups == 2].assign(lesion_id="sum", role="target").reset_index(drop=True)
    warned = Measurements.from_frame(rows).warnings
    positions = [int(text.partition(":")[0].removeprefix("row ")) - 1 for text in warned]
    return {tuple(rows.loc[at, ["patient_id", "reader", column]]) for at in positions}


def test_sums_of_whole_lesions():
    assert suspects("RECIST", "longest_mm") == {
        ("HCC_057", "1", "17.3"),  # the other readers have 159.0 and 172.7
        ("HCC_059", "1", "8.4"),  # 81.0 and 85.1
        ("HCC_094", "3", "10.4"),  # 94.5 and 94.0
    }


def test_sums_of_viable_parts():
    assert suspects("mRECIST", "viable_mm") == {
        ("HCC_025", "3", "10.4"),  # 108.8 and 100.0
        ("HCC_048", "3", "3.5"),  # 69.8 and 22.0: may be right
        ("HCC_075", "1", "15.6"),  # 160.6 at the follow-up
    }
