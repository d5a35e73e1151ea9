"""PyRadiomics' own batch CSV as a cohort."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from radiomics_hcc.datasets.manifest import load_cohort


@pytest.fixture
def load(folder, table_of):
    def load_rows(header, *rows, check="tables"):
        return load_cohort(table_of(folder, *rows, header=header, name="batch.csv"), check=check)

    return load_rows


def identities(cohort):
    return [(case.patient_id, case.timepoint, case.lesion_id) for case in cohort.cases]


def test_image_and_mask_alone_are_enough(load, folder):
    rows = ("pre.nii.gz,pre_mask.nii.gz", "post.nii.gz,post_mask.nii.gz")
    cohort = load("Image,Mask", *rows, check="voxels")
    assert identities(cohort) == [("pre", "pre", ""), ("post", "pre", "")]
    assert [case.label for case in cohort.cases] == [1, 1]
    assert cohort.cases[0].image == folder / "pre.nii.gz"


def test_absolute_and_outside_paths_are_accepted(load, folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    for name in ("pre.nii.gz", "pre_mask.nii.gz"):
        shutil.copyfile(folder / name, outside / name)
    rows = (
        f"A,{outside}/pre.nii.gz,{outside}/pre_mask.nii.gz",
        f"B,../{outside.name}/pre.nii.gz,{folder}/pre_mask.nii.gz",
    )
    assert len(load("ID,Image,Mask", *rows, check="voxels")) == 2


@pytest.mark.parametrize("column", ["ID", "patient_id", "PatientID", "Patient", "Subject"])
def test_patient_comes_from_a_column_when_there_is_one(load, column):
    cohort = load(f"{column},Image,Mask,Reader", "HCC_7,a.nrrd,b.nrrd,x")
    assert identities(cohort) == [("HCC_7", "pre", "")]


def test_images_of_one_name_in_several_folders_are_several_patients(load):
    cohort = load("Image,Mask", "x/P1/ct.nii.gz,x/P1/m.nrrd", "x/P2/ct.nii.gz,x/P2/m.nrrd")
    assert [case.patient_id for case in cohort.cases] == ["P1/ct", "P2/ct"]


def test_two_spellings_of_one_image_are_one_patient(load):
    cohort = load("Image,Mask,Label", "P1/ct.nii,m.nii,1", "./P1/ct.nii,m.nii,2")
    assert identities(cohort) == [("ct", "pre", "1"), ("ct", "pre", "2")]


def test_labels_name_the_regions_of_one_image(load):
    rows = ("a.nrrd,m.nrrd,2", "a.nrrd,m.nrrd,3", "b.nrrd,n.nrrd,2")
    assert identities(load("Image,Mask,Label", *rows)) == [
        ("a", "pre", "2"),
        ("a", "pre", "3"),
        ("b", "pre", ""),
    ]


def test_masks_name_the_regions_where_labels_repeat(load):
    rows = ("a.nrrd,m1.nii.gz,", "a.nrrd,m2.nii.gz,")
    assert identities(load("Image,Mask,Label", *rows)) == [
        ("a", "pre", "m1"),
        ("a", "pre", "m2"),
    ]


def test_columns_of_the_cohort_keep_their_meaning(load):
    header = "ID,Image,Mask,Label,timepoint,date,lesion_id,Scanner"
    rows = ("P,a.nrrd,m.nrrd,2,pre,2024-01-01,x,s", "P,b.nrrd,n.nrrd,2,post,2024-03-01,x,s")
    cohort = load(header, *rows)
    assert identities(cohort) == [("P", "pre", "x"), ("P", "post", "x")]
    assert cohort.cases[1].date == date(2024, 3, 1)


def test_same_checks_as_for_a_cohort(folder, table_of, problems_of):
    rows = (
        "A,pre.nii.gz,pre_mask.nii.gz,9",
        "B,gone.nii.gz,pre_mask.nii.gz,1",
        "C,pre.nii.gz,,1",
        ",pre.nii.gz,pre_mask.nii.gz,1",
        "E,pre.nii.gz,pre_mask.nii.gz,1",
        "E,pre.nii.gz,pre_mask.nii.gz,1",
    )
    problems = problems_of(table_of(folder, *rows, header="ID,Image,Mask,Label", name="batch.csv"))
    assert [problem.partition(";")[0] for problem in problems] == [
        "batch.csv:2: mask pre_mask.nii.gz: no voxel has label 9",
        f"batch.csv:3: image {folder}/gone.nii.gz: no such file",
        "batch.csv:4: no mask for a region that is present",
        "batch.csv:5: patient_id is empty",
        "batch.csv:7: the same patient, time point, phase, region and lesion as batch.csv:6",
    ]


def test_row_without_an_image_is_told_by_its_line(folder, table_of, problems_of):
    path = table_of(folder, ",m.nrrd", "a.nrrd,m.nrrd", header="Image,Mask", name="batch.csv")
    (problem,) = problems_of(path, check="tables")
    assert problem.startswith("batch.csv:2: no image for a region that is present")
