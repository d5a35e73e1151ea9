from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.features.cache import (
    FileDigests,
    cache_path,
    clean_cache,
    read_measurement,
    verify_cache,
    write_measurement,
)
from radiomics_hcc.features.measurement import Measurement

KEY = "ab" + 62 * "0"
MEASUREMENT = Measurement(27, 0.1, (Feature("a", 1 / 3), Feature("b", math.nan, "flat")), ("n",))


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    write_measurement(tmp_path, KEY, MEASUREMENT)
    return cache_path(tmp_path, KEY)


def test_entry_lies_in_a_folder_by_its_first_letters(tmp_path: Path, entry: Path):
    assert entry == tmp_path / "ab" / f"{KEY}.json"
    assert list(tmp_path.rglob("*.tmp")) == []


def test_nan_comes_back_with_its_reason(tmp_path: Path, entry: Path):
    found = read_measurement(tmp_path, KEY)
    assert (found.voxels, found.volume_ml, found.notes) == (27, 0.1, ("n",))
    assert found.features[0] == MEASUREMENT.features[0]
    assert math.isnan(found.features[1].value)
    assert found.features[1].reason == "flat"


@settings(deadline=None, max_examples=50)
@given(value=st.floats(allow_nan=False))
def test_every_number_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, value: float):
    folder = tmp_path_factory.mktemp("cache")
    write_measurement(folder, KEY, Measurement(1, 1.0, (Feature("a", value),)))
    assert read_measurement(folder, KEY).features[0].value.hex() == value.hex()


def test_unknown_key_is_a_miss(tmp_path: Path):
    assert read_measurement(tmp_path, KEY) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0.333", "0.334"),
        lambda _: "",
        lambda _: "[]",
        lambda _: "{}",
        lambda text: text.replace("27", "28"),
    ],
)
def test_damaged_entry_is_a_miss_and_is_rewritten(tmp_path: Path, entry: Path, damage):
    entry.write_text(damage(entry.read_text()))
    assert read_measurement(tmp_path, KEY) is None
    assert verify_cache(tmp_path) == [entry]
    write_measurement(tmp_path, KEY, MEASUREMENT)
    assert verify_cache(tmp_path) == []


def test_entry_under_a_wrong_name_is_a_miss(tmp_path: Path, entry: Path):
    other = "ab" + 62 * "1"
    entry.rename(cache_path(tmp_path, other))
    assert read_measurement(tmp_path, other) is None


def test_cleaning_removes_damage_and_leavings_alone(tmp_path: Path, entry: Path):
    bad = entry.with_name("ab" + 62 * "2" + ".json")
    bad.write_text("half")
    entry.with_name(".unfinished.tmp").write_text("half")
    assert clean_cache(tmp_path) == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [entry]
    assert clean_cache(tmp_path / "no such folder") == 0


def test_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "image"
    path.write_bytes(b"one")
    digests = FileDigests()
    first = digests.of(path)
    with monkeypatch.context() as patch:
        patch.setattr("radiomics_hcc.features.cache.digest_file", lambda _: "read again")
        assert digests.of(path) == first
    path.write_bytes(b"other")
    assert digests.of(path) != first


def test_folder_is_known_by_the_names_and_bytes_of_its_files(tmp_path: Path):
    def digest_of(name: str, content: bytes) -> str:
        folder = tmp_path / "series"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        digest = FileDigests().of(folder)
        (folder / name).unlink()
        return digest

    first = digest_of("1.dcm", b"a")
    assert digest_of("1.dcm", b"a") == first
    assert digest_of("2.dcm", b"a") != first
    assert digest_of("1.dcm", b"b") != first
