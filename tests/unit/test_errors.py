from __future__ import annotations

import pickle

from radiomics_hcc.errors import ConfigError, InputError, Problem


def test_every_problem_is_listed_with_its_place_and_remedy() -> None:
    error = InputError(
        [Problem("a.csv:2", "bad date '1.2.'", "use 2024-02-01"), "no rows"], "a.csv"
    )
    assert str(error).splitlines() == [
        "a.csv: 2 problems",
        "  a.csv:2: bad date '1.2.'; use 2024-02-01",
        "  no rows",
    ]


def test_an_error_crosses_a_process_border_whole() -> None:
    error = ConfigError([Problem("x.yaml:1:2", "unknown key", "did you mean 'seed'?")], "x.yaml")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.problems) == (ConfigError, str(error), error.problems)
