"""Where a report is written: new folders, files in the way, folders of another report."""

import json

import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.report.blocks import cell_text
from radiomics_hcc.report.formats import FORMATS, write_as
from radiomics_hcc.report.json_page import plain


@pytest.mark.parametrize("suffix", [".md", ".json"])
def test_a_folder_that_is_not_there_is_made(run, tmp_path, suffix):
    assert write_as(run, tmp_path / "new" / "deep" / f"report{suffix}").is_file()


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix not in (".htm",)])
def test_a_file_in_the_way_is_said_plainly(run, tmp_path, suffix):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match=r"cannot be written .*choose another file or folder"):
        write_as(run, tmp_path / "taken" / f"report{suffix}")


def test_a_private_edition_does_not_lie_among_the_files_of_an_ordinary_report(run, tmp_path):
    write_as(run, tmp_path / "report.md")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="files of another report lie there"):
        write_as(run, tmp_path / "report.md", is_private=True)
    assert sorted(tmp_path.rglob("*")) == before
    first = write_as(run, tmp_path / "private.md", is_private=True).read_bytes()
    assert write_as(run, tmp_path / "private.md", is_private=True).read_bytes() == first


def test_a_day_has_no_time():
    day = pd.Timestamp("2019-08-03")
    assert cell_text(day) == "2019-08-03"
    assert json.dumps(plain(day)) == '"2019-08-03"'
    assert cell_text(day + pd.Timedelta(hours=1)) == "2019-08-03 01:00:00"
