"""The installation looked at, and the tables of the package told."""

from __future__ import annotations

import os

import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment import doctor
from radiomics_hcc.experiment.listing import KINDS, list_kind
from radiomics_hcc.features import pyradiomics_engine


def test_this_installation_is_well() -> None:
    signs = doctor.examine()
    assert [sign for sign in signs if not sign.is_well] == []
    assert {"Python", "mlflow", "engine native measures a ball"} <= {sign.what for sign in signs}


def test_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LIBRARIES", ("numpy", "no-such-library"))
    found = {sign.what: sign for sign in doctor.examine()}
    assert found["numpy"].is_well
    assert not found["no-such-library"].is_well
    assert "reinstall" in found["no-such-library"].found


def test_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = {sign.what: sign for sign in doctor.examine()}["working folder"]
    assert not found.is_well
    assert "cannot be written" in found.found


def test_ball_that_is_measured_wrongly_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "BALL_RADIUS_MM", 19.0)
    inside = doctor._ball_volume_mm3
    monkeypatch.setattr(doctor, "_ball_volume_mm3", lambda engine: 1.1 * inside(engine))
    found = {sign.what: sign for sign in doctor.examine()}
    assert not found["engine native measures a ball"].is_well
    assert not found["engine pyradiomics measures a ball"].is_well


def test_pyradiomics_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyradiomics_engine.util, "find_spec", lambda _name: None)
    found = {sign.what: sign for sign in doctor.examine()}["engine pyradiomics measures a ball"]
    assert found.is_well
    assert "not installed" in found.found


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_everything_of_a_kind_has_a_sentence(kind: str) -> None:
    listed = list_kind(kind)
    assert listed
    assert all(name and sentence for name, sentence in listed.items())


def test_names_are_those_that_files_use() -> None:
    assert {"mrecist", "recist11"} <= set(list_kind("criteria"))
    assert {"elastic_net", "random_forest", "ordinal_logistic"} <= set(list_kind("classifiers"))
    assert "pyradiomics" in list_kind("engines")
    assert {"folder", "sqlite", "http"} <= set(list_kind("trackers"))


def test_unknown_kind_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'classifiers'"):
        list_kind("classifier")
