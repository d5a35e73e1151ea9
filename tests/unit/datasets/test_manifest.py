"""What `cohort.csv` may say, and what is refused without opening an image."""

from __future__ import annotations

from datetime import date

import pytest

from radiomics_hcc.datasets.manifest import check_cohort, load_cohort
from radiomics_hcc.domain.cohort import Case, Cohort, Patient, Status
from radiomics_hcc.errors import InputError

SHORT = "patient_id,timepoint,image,mask"


@pytest.fixture
def refused(folder, table_of, problems_of):
    """Problems of a table of these rows, its files left alone."""

    def problems(*rows, header="patient_id,timepoint,image,mask", **options):
        return problems_of(table_of(folder, *rows, header=header), check="tables", **options)

    return problems


def test_rows_become_cases_in_their_order(cohort_csv):
    cohort = load_cohort(cohort_csv)
    assert [case.source for case in cohort.cases] == [f"cohort.csv:{n}" for n in range(2, 8)]
    first = cohort.cases[0]
    assert (first.patient_id, first.timepoint, first.lesion_id) == ("P1", "pre", "a")
    assert (first.date, first.phase, first.modality) == (date(2024, 1, 10), "arterial", "CT")
    assert (first.label, first.status) == (2, Status.PRESENT)
    assert first.image == cohort_csv.parent / "pre.nii.gz"
    assert cohort.timepoints == ("pre", "post")
    assert cohort.sources == (cohort_csv,)


def test_lesions_of_one_label_map_are_read_apart(cohort_csv):
    a, b = load_cohort(cohort_csv).cases[:2]
    assert a.mask == b.mask
    assert a.read_mask().array.sum() == b.read_mask().array.sum() == 4 * 4 * 10
    assert not (a.read_mask().array & b.read_mask().array).any()
    assert a.read_image().array[0, 0, :3].tolist() == [0, 1, 2]


def test_vanished_lesion_needs_no_mask(cohort_csv):
    vanished = load_cohort(cohort_csv).cases[3]
    assert vanished.is_absent
    assert vanished.mask is None


def test_absent_lesion_may_name_mask_and_no_image(folder, table_of):
    rows = ("P1,pre,,,absent", "P2,pre,post.nii.gz,post_mask.nii.gz,absent")
    cohort = load_cohort(table_of(folder, *rows, header=f"{SHORT},status"))
    assert [case.is_absent for case in cohort.cases] == [True, True]


def test_left_out_columns_take_their_defaults(folder, table_of):
    path = table_of(folder, "P1,pre,pre.nii.gz,pre_mask.nii.gz", header=SHORT)
    case = load_cohort(path).cases[0]
    assert (case.label, case.region, case.modality, case.phase) == (1, "lesion", "CT", "")
    assert (case.date, case.lesion_id, case.status) == (None, "", Status.PRESENT)


def test_patients_are_those_of_the_rows_without_a_table_of_patients(cohort_csv):
    assert load_cohort(cohort_csv).patients == {"P1": Patient("P1"), "P2": Patient("P2")}


def test_byte_order_mark_and_windows_line_ends_are_fine(cohort_csv):
    content = cohort_csv.read_bytes().replace(b"\n", b"\r\n")
    cohort_csv.write_bytes(b"\xef\xbb\xbf" + content)
    assert len(load_cohort(cohort_csv)) == 6


def test_path_of_the_table_may_be_a_relative_word(cohort_csv, monkeypatch):
    monkeypatch.chdir(cohort_csv.parent)
    cohort = load_cohort("cohort.csv")
    monkeypatch.chdir("/")
    assert cohort.cases[0].read_image().array.shape == (10, 20, 20)


def test_spreadsheet_float_label_is_whole(folder, table_of):
    path = table_of(folder, "P1,pre,pre.nii.gz,pre_mask.nii.gz,2.0", header=f"{SHORT},label")
    assert load_cohort(path).cases[0].label == 2


def test_mr_takes_any_sequence_as_phase_and_has_no_unit(folder, table_of):
    header = f"{SHORT},modality,phase"
    path = table_of(folder, "P1,pre,pre.nii.gz,pre_mask.nii.gz,MR,T2 HASTE", header=header)
    case = load_cohort(path).cases[0]
    assert (case.phase, case.read_image().unit) == ("T2 HASTE", "")


def test_unknown_column_suggests_the_nearest(refused):
    assert refused("P1,pre,i.nii,m.nii,a", header=f"{SHORT},lesionid") == [
        "cohort.csv:1: unknown column 'lesionid'; did you mean 'lesion_id'?"
    ]


def test_missing_columns_are_told_once_and_not_again_for_every_row(refused):
    assert refused("P1,i.nii", "P2,j.nii", header="patient_id,image") == [
        "cohort.csv:1: column 'timepoint' is missing; add it",
        "cohort.csv:1: column 'mask' is missing; add it",
    ]


def test_empty_patient_and_time_point(refused):
    assert refused(",,i.nii,m.nii") == [
        "cohort.csv:2: patient_id is empty; fill it in",
        "cohort.csv:2: timepoint is empty; fill it in",
    ]


@pytest.mark.parametrize(
    "day", ["10.01.2024", "2024-13-01", "20240110", "2024-02-30", "2024-01-10T08:00"]
)
def test_date_that_is_not_iso(refused, day):
    assert refused(f"P1,pre,i.nii,m.nii,{day}", header=f"{SHORT},date") == [
        f"cohort.csv:2: date '{day}' is no date; write it as YYYY-MM-DD"
    ]


def test_bad_status(refused):
    assert refused("P1,pre,i.nii,,abscent", header=f"{SHORT},status") == [
        "cohort.csv:2: unknown status 'abscent'; did you mean 'absent'?"
    ]


def test_bad_modality(refused):
    assert refused("P1,pre,i.nii,m.nii,ct2", header=f"{SHORT},modality") == [
        "cohort.csv:2: unknown modality 'ct2'; known: CT, MR, OT, PT"
    ]


def test_ct_phase_with_a_typing_error(refused):
    assert refused("P1,pre,i.nii,m.nii,artrial", header=f"{SHORT},phase") == [
        "cohort.csv:2: unknown phase 'artrial'; did you mean 'arterial'?"
    ]


@pytest.mark.parametrize(("cells", "missing"), [("i.nii,", "mask"), (",m.nii", "image")])
def test_present_row_without_a_file(refused, cells, missing):
    remedy = "give it, or write absent under status where the lesion has vanished"
    assert refused(f"P1,pre,{cells}") == [
        f"cohort.csv:2: no {missing} for a region that is present; {remedy}"
    ]


@pytest.mark.parametrize("label", ["Mass", "1.5"])
def test_name_as_label_of_a_label_map(refused, label):
    (problem,) = refused(f"P1,pre,i.nii,m.nrrd,{label}", header=f"{SHORT},label")
    assert problem.startswith(f"cohort.csv:2: label '{label}' is no whole number; names belong to")


@pytest.mark.parametrize("label", ["0", "-1"])
def test_label_of_the_background(refused, label):
    assert refused(f"P1,pre,i.nii,m.nrrd,{label}", header=f"{SHORT},label") == [
        f"cohort.csv:2: label {label} is background or negative; labels begin at 1"
    ]


def test_repeated_row(refused):
    row = "P1,pre,i.nii,m.nii"
    assert refused(row, "P2,pre,i.nii,m.nii", row) == [
        "cohort.csv:4: the same patient, time point, phase, region and lesion as cohort.csv:2; "
        "drop one row or name the lesions apart"
    ]


def test_repeated_row_of_another_image_without_a_phase_asks_for_the_phase(refused):
    (told,) = refused("P1,pre,i.nii,m.nii", "P1,pre,j.nii,m.nii")
    assert told.endswith("fill in the phase of both images; `rhcc phases` finds it for CT")


def test_one_outline_under_two_names_is_refused(refused):
    rows = [f"P1,pre,i.nii,m.nii,{lesion},{label}" for lesion, label in (("a", 1), ("b", 1))]
    told = refused(*rows, "P1,pre,i.nii,m.nii,c,2", header=f"{SHORT},lesion_id,label")
    assert told == [
        "cohort.csv:3: the same mask and label as lesion 'a' at cohort.csv:2; "
        "drop one row, or give its own label"
    ]


def test_lesions_without_names_in_one_image(refused):
    rows = ("P1,pre,i.nii,m.nii,1", "P1,pre,i.nii,m.nii,2", "P2,pre,j.nii,n.nii,1")
    what = "lesion_id is empty though the patient has several lesions"
    remedy = "name each lesion, the same at every time point"
    assert refused(*rows, header=f"{SHORT},label") == [
        f"cohort.csv:2: {what}; {remedy}",
        f"cohort.csv:3: {what}; {remedy}",
    ]


def test_one_lesion_named_and_another_not(refused):
    rows = ("P1,pre,i.nii,m.nii,a", "P1,post,j.nii,n.nii,")
    (problem,) = refused(*rows, header=f"{SHORT},lesion_id")
    assert problem.startswith("cohort.csv:3: lesion_id is empty though")


def test_single_lesion_through_time_needs_no_name(folder, table_of):
    rows = ("P1,pre,i.nii,m.nii", "P1,post,j.nii,n.nii")
    assert len(load_cohort(table_of(folder, *rows, header=SHORT), check="tables")) == 2


@pytest.mark.parametrize("path", ["../i.nii", "a/../../i.nii", "/elsewhere/i.nii"])
def test_path_outside_the_folder_of_the_table(refused, path):
    (problem,) = refused(f"P1,pre,{path},m.nii")
    assert problem == (
        f"cohort.csv:2: image path '{path}' leads outside the folder of the table; move it "
        "into the folder of the table, or allow it (allow_outside, --allow-outside)"
    )


def test_path_outside_is_fine_when_allowed(folder, table_of):
    path = table_of(folder, "P1,pre,../i.nii,/m.nii", header=SHORT)
    case = load_cohort(path, check="tables", allow_outside=True).cases[0]
    assert (case.image, str(case.mask)) == (folder.parent / "i.nii", "/m.nii")


def test_absolute_path_inside_and_dots_that_stay_inside_are_fine(folder, table_of):
    path = table_of(folder, f"P1,pre,{folder}/pre.nii.gz,a/../pre_mask.nii.gz", header=SHORT)
    assert load_cohort(path).cases[0].mask == folder / "pre_mask.nii.gz"


def test_link_inside_the_folder_is_followed_outside(folder, table_of):
    table_folder = folder / "tables"
    table_folder.mkdir()
    (table_folder / "images").symlink_to(folder)
    row = "P1,pre,images/pre.nii.gz,images/pre_mask.nii.gz"
    assert len(load_cohort(table_of(table_folder, row, header=SHORT))) == 1


def test_two_dates_at_one_time_point(refused):
    rows = ("P1,pre,i.nii,m.nii,2024-01-10,a,1", "P1,pre,i.nii,m.nii,2024-01-11,b,2")
    assert refused(*rows, header=f"{SHORT},date,lesion_id,label") == [
        "cohort.csv:3: date 2024-01-11, but 2024-01-10 at cohort.csv:2 for the same patient and "
        "time point 'pre'; one time point has one date"
    ]


def test_pre_after_post(refused):
    rows = ("P1,post,i.nii,m.nii,2024-01-10", "P1,pre,j.nii,n.nii,2024-03-01")
    assert refused(*rows, header=f"{SHORT},date") == [
        "cohort.csv:3: the pre scan of 2024-03-01 comes after the post scan of 2024-01-10 "
        "(cohort.csv:2); correct the dates"
    ]


def test_lines_are_those_of_the_file_through_quoted_breaks_and_blank_lines(refused):
    rows = ('"P1\nJr",pre,i.nii,m.nii', "", "P2,pre,i.nii,")
    (problem,) = refused(*rows)
    assert problem.startswith("cohort.csv:5: no mask")


def test_row_with_too_many_or_too_few_cells(refused):
    problems = refused("P1,pre,i.nii,m,1.nii", "P2,pre", "P3,pre,i.nii,m.nii,,")
    assert problems == [
        "cohort.csv:2: 5 cells under a header of 4 columns; quote a cell that holds a comma",
        "cohort.csv:3: 2 cells under a header of 4 columns; quote a cell that holds a comma",
    ]


def test_every_problem_comes_at_once_in_the_order_of_the_lines(refused):
    rows = (
        "P2,pre,../i.nii,m.nii,1.1.24,here,0",
        ",pre,i.nii,m.nii,,,",
        "P1,pre,i.nii,,2024-05-05,,",
        "P1,post,j.nii,n.nii,2024-01-01,,",
    )
    problems = refused(*rows, header=f"{SHORT},date,status,label")
    assert [problem.partition(";")[0] for problem in problems] == [
        "cohort.csv:2: image path '../i.nii' leads outside the folder of the table",
        "cohort.csv:2: date '1.1.24' is no date",
        "cohort.csv:2: label 0 is background or negative",
        "cohort.csv:2: unknown status 'here'",
        "cohort.csv:3: patient_id is empty",
        "cohort.csv:4: no mask for a region that is present",
        "cohort.csv:4: the pre scan of 2024-05-05 comes after the post scan of 2024-01-01 "
        "(cohort.csv:5)",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"patient_id;timepoint;image;mask\nP1;pre;i;m\n", r"separated by semicolons \(';'\)"),
        (b"patient_id\ttimepoint\nP1\tpre\n", "separated by tabs"),
        (b"patient_id,timepoint,image,mask\n", "cohort.csv:1: the table has no rows"),
        (b"patient_id,image,image,mask\nP1,,,\n", "cohort.csv:1: column 'image' comes twice"),
        (b"patient_id,,image,mask\nP1,,,\n", "cohort.csv:1: a column has no name"),
        (b'patient_id,timepoint,image,mask\nP1,pre,"i,m\n', "cohort.csv:2: no CSV"),
        (b"patient_id,timepoint,image,mask\nM\xfcller,pre,i,m\n", "not UTF-8"),
    ],
)
def test_file_that_is_no_table(tmp_path, content, message):
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_cohort(path, check="tables")


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_table_that_is_not_there(tmp_path, name):
    with pytest.raises(InputError, match=r"cannot be read \(.*\); correct the path"):
        load_cohort(tmp_path / name)


def test_cohort_made_in_memory_is_checked_by_the_names_of_its_cases():
    case = Case("P1", "pre", None, None, lesion_id="a", status=Status.ABSENT)
    again = Case("P1", "pre", None, None, lesion_id="a", status=Status.ABSENT)
    problems = check_cohort(Cohort((case, again), {"P1": Patient("P1")}), "tables")
    assert [problem.where for problem in problems] == ["P1 pre lesion a"]
