from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.digest import digest_array, digest_file, digest_frame, digest_json
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError


@dataclass(frozen=True)
class Smooth(Step):
    kind: ClassVar[str] = "smooth"
    sigma_mm: float = 1.0


def test_a_step_goes_to_yaml_and_back() -> None:
    assert Smooth.from_config(Smooth(2.0).to_config()) == Smooth(2.0)
    assert Smooth().to_config() == {"kind": "smooth", "sigma_mm": 1.0}


def test_an_unknown_parameter_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'sigma_mm'"):
        Smooth.from_config({"sigma": 2.0})


def test_a_word_like_none_lists_what_is_known() -> None:
    assert did_you_mean("zzz", ["mrecist", "choi"]) == "known: choi, mrecist"


def test_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_file(tmp_path / "empty") == known


def test_order_of_keys_does_not_change_a_digest_but_a_value_does() -> None:
    assert digest_json({"a": 1, "b": [2, 3]}) == digest_json({"b": [2, 3], "a": 1})
    assert digest_json({"a": 1}) != digest_json({"a": 2})


def test_shape_type_and_content_all_count_in_an_array() -> None:
    values = np.arange(6, dtype=np.int16)
    digests = {
        digest_array(values),
        digest_array(values.reshape(2, 3)),
        digest_array(values.astype(np.int32)),
        digest_array(values[::-1]),
    }
    assert len(digests) == 4
    assert digest_array(values.reshape(2, 3).T.copy().T) == digest_array(values.reshape(2, 3))


def test_the_last_bit_of_a_number_counts_in_a_table() -> None:
    frame = pd.DataFrame({"a": [0.1]})
    assert digest_frame(frame) != digest_frame(pd.DataFrame({"a": [np.nextafter(0.1, 1)]}))
