"""The files beside a model in MLflow: requirements, card and a synthetic example of its input."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.record import ModelFile, RunRecord
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.provenance import package_version
from radiomics_hcc.tracking.run_folder import to_json

MODEL_FILE: Final = "model.skops"
EXAMPLE_FILE: Final = "input_example.json"
REQUIREMENTS_FILE: Final = "requirements.txt"
_NEEDED_TO_PREDICT: Final = ("radiomics-hcc", "scikit-learn", "numpy", "pandas", "scipy", "skops")


@dataclass(frozen=True)
class InputColumn:
    """A column that a model needs: its name, whether it holds numbers, a plausible value.

    `middle` is the middle of the range that training saw, or the first word in the alphabet; None
    where training saw no value. Taken together the middles are nobody's row.
    """

    name: str
    is_number: bool
    middle: float | str | None


def input_columns(card: Mapping[str, object]) -> list[InputColumn]:
    """Read the columns of a model card.

    Parameters
    ----------
    card
        Its `columns` map names to `{type, minimum, maximum, words}`; `type` is `number` or `word`.

    Raises
    ------
    TrackingError
        Where the card does not describe its columns so.
    """
    columns = card.get("columns")
    if not isinstance(columns, Mapping):
        raise TrackingError("the model card does not describe its columns")
    return [_input_column(str(name), column) for name, column in columns.items()]


def _input_column(name: str, column: object) -> InputColumn:
    match column:
        case {
            "type": "number",
            "minimum": int() | float() as low,
            "maximum": int() | float() as high,
        }:
            return InputColumn(name, True, low + (high - low) / 2)
        case {"type": "number"}:
            return InputColumn(name, True, None)
        case {"type": "word", "words": [str() as word, *_]}:
            return InputColumn(name, False, word)
        case {"type": "word"}:
            return InputColumn(name, False, None)
    raise TrackingError(f"the model card describes column {name} neither as number nor as word")


def classes(card: Mapping[str, object]) -> list[str]:
    """Name the classes of a model card, best first; none where it lists none."""
    named = card.get("classes", ())
    return [str(name) for name in named] if isinstance(named, list | tuple) else []


def model_contents(record: RunRecord, file: ModelFile) -> dict[str, bytes]:
    """Put the files of a model's folder into bytes, all but MLflow's own.

    Raises
    ------
    TrackingError
        Where the card lacks its columns.
    """
    pins = _requirements(record)
    example = _input_example(input_columns(file.card))
    return {
        MODEL_FILE: file.content,
        "card.json": to_json(f"the card of {file.model}", file.card),
        REQUIREMENTS_FILE: "".join(f"{pin}\n" for pin in pins).encode(),
        "python_env.yaml": _python_environment(record).encode(),
        EXAMPLE_FILE: to_json("the input example", example),
        "serving_input_example.json": to_json("the input example", {"dataframe_split": example}),
    }


def _input_example(columns: Sequence[InputColumn]) -> dict[str, object]:
    return {
        "columns": [column.name for column in columns],
        "data": [[column.middle for column in columns]],
    }


def _requirements(record: RunRecord) -> list[str]:
    """Pin what the run used, else what is installed."""
    used = record.provenance.get("packages")
    versions = used if isinstance(used, Mapping) else {}
    pins = {name: versions.get(name) or package_version(name) for name in _NEEDED_TO_PREDICT}
    return [f"{name}=={version}" if version else name for name, version in pins.items()]


def _python_environment(record: RunRecord) -> str:
    version = record.provenance.get("python") or platform.python_version()
    return f'python: "{version}"\ndependencies:\n- -r {REQUIREMENTS_FILE}\n'
