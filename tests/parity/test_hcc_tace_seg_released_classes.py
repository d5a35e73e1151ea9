"""The classes and the agreement of HCC-TACE-Seg's readers follow from its own sums by our rules."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

TABLE = (
    Path(__file__).parents[3] / "shared" / "data" / "hcc_tace_seg" / "hcc_tace_seg_clinical_v2.csv"
)
RELEASED = {1: "CR", 2: "PR", 3: "SD", 4: "PD"}
READERS = ("1", "2", "3")
SIZES = {"RECIST": "longest_mm", "mRECIST": "viable_mm"}
# The release knows no least increase of 5 mm.
CRITERIA = {"RECIST": ("recist11", "progression_min_mm=0"), "mRECIST": ("mrecist",)}
# Class counts CR/PR/SD/PD of each reader as published with the data.
PUBLISHED = {
    "mRECIST": {"1": (21, 40, 29, 6), "2": (26, 41, 25, 4), "3": (14, 45, 32, 4)},
    "RECIST": {"1": (0, 9, 77, 10), "2": (0, 10, 80, 6), "3": (0, 11, 76, 8)},
}

pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the HCC-TACE-Seg clinical table is not on this machine"
)


def readings(name):
    """Sums as text and released class of every complete reading by RECIST or mRECIST."""
    table = pd.read_csv(TABLE, dtype=str)
    parts = []
    for reader in READERS:
        columns = [f"{reader}_{name}_BL", f"{reader}_{name}_FU", f"{reader}_{name}"]
        part = table[["TCIA_ID", *columns]].set_axis(["patient_id", "0", "60", "released"], axis=1)
        parts.append(part.dropna().assign(reader=reader))
    return pd.concat(parts, ignore_index=True)


def sums(name):
    """One size per patient, reader and assessment."""
    long = readings(name).melt(
        id_vars=["patient_id", "reader"], value_vars=["0", "60"], var_name="assessment"
    )
    return long.rename(columns={"value": SIZES[name]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The released sums as `measurements.csv`, assessed through the command line."""
    place = tmp_path_factory.mktemp("hcc_tace_seg")
    table = sums("RECIST").merge(sums("mRECIST"), how="outer")
    table.assign(lesion_id="sum", role="target").to_csv(place / "measurements.csv", index=False)
    for name, (criterion, *settings) in CRITERIA.items():
        words = [f"--set={setting}" for setting in settings]
        command = ["assess", "measurements.csv", "--criterion", criterion, *words]
        command += ["-o", f"{name}.csv", "--readers", "majority"]
        command += ["--audit", "audit"] if name == "mRECIST" else []
        program = [sys.executable, "-c", "from radiomics_hcc.cli import main; main()"]
        subprocess.run([*program, *command], cwd=place, check=True, capture_output=True)
    return place


def assessed(folder, name):
    """What the command line wrote of one reader each, and of the consensus."""
    table = pd.read_csv(folder / f"{name}.csv", dtype={"reader": str})
    return table[table["reader"].isin(READERS)], table[table["reader"] == "majority"]


@pytest.mark.parametrize("name", list(CRITERIA))
def test_all_released_classes_are_reproduced(folder, name):
    found, _ = assessed(folder, name)
    released = readings(name)[["patient_id", "reader", "released"]]
    merged = found.merge(released)
    assert len(merged) == len(found) == 287  # 96 + 96 + 95 readings
    classes = merged["released"].astype(float).astype(int).map(RELEASED)
    wrong = merged[merged["response"] != classes]
    assert wrong.empty, wrong[["patient_id", "reader", "released", "reason"]].to_string()


@pytest.mark.parametrize("name", list(CRITERIA))
def test_class_counts_of_each_reader_are_the_published_ones(folder, name):
    found, _ = assessed(folder, name)
    wide = pd.crosstab(found["reader"], found["response"])
    wide = wide.reindex(columns=list(RELEASED.values()), fill_value=0)
    assert {reader: tuple(row) for reader, *row in wide.itertuples()} == PUBLISHED[name]


def test_agreement_is_the_published_one(folder):
    table = pd.read_csv(folder / "audit" / "agreement.csv")
    own = table[table["of"] == "response, first follow-up"].set_index(["readers", "statistic"])
    unanimous = own.loc[[("all", "unanimous patients")]].iloc[0]
    assert unanimous["patients"] == 93
    assert unanimous["estimate"] * 93 == pytest.approx(43)
    pairs = [f"{one}, {other}" for one, other in combinations(READERS, 2)]
    kappas = [
        float(own.loc[(pair, "Cohen's kappa")].set_index("weights").loc["identity", "estimate"])
        for pair in pairs
    ]
    assert (round(min(kappas), 2), round(max(kappas), 2)) == (0.38, 0.50)


def test_patients_on_whom_all_three_differ_in_some_way_are_listed(folder):
    table = pd.read_csv(folder / "audit" / "reader_discordance.csv", dtype=str)
    assert len(table.dropna(subset=list(READERS))) == 93 - 43


def test_majority_is_the_class_that_two_of_three_readers_gave(folder):
    _, majority = assessed(folder, "mRECIST")
    votes = readings("mRECIST").pivot(index="patient_id", columns="reader", values="released")
    modes = votes.dropna().astype(float).mode(axis=1)
    wanted = modes[modes.count(axis=1) == 1][0].map(RELEASED)
    found = majority.set_index("patient_id")["response"]
    assert len(wanted) > 43  # more than the unanimous ones
    assert found[wanted.index].eq(wanted).all()
