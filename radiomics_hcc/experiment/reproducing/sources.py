"""From a run's manifest to an experiment that can be carried out on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from pydantic import ValidationError

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment.config import ExecutionSection, ExperimentConfig
from radiomics_hcc.experiment.load import Experiment, load_experiments
from radiomics_hcc.experiment.named_files import Place, named_files, with_files
from radiomics_hcc.experiment.reproducing.paths import located
from radiomics_hcc.experiment.settings import expanded_text

YAML_ENDINGS: Final = (".yaml", ".yml")
SIGN_OF_AN_EXPERIMENT: Final = "schema_version"
DEEPEST: Final = 4
"""Folders below the working folder in which experiment files are looked for."""


@dataclass(frozen=True)
class Source:
    """What a run is repeated from.

    Parameters
    ----------
    experiment
        The manifest's configuration with the files of this machine.
    name
        The experiment file or the folder, without folders before it.
    declared
        The experiment file's own configuration of the same variant; None without a file.
    rebuilt
        The manifest's configuration as this version understands it, with the run's own paths.
    """

    experiment: Experiment
    name: str
    declared: dict[str, object] | None
    rebuilt: Experiment


def find_source(record: RunRecord, file: Path | None, data: Path | None) -> Source:
    """Make the experiment of a run from its manifest.

    The manifest's configuration decides everything but folders. These are those of the experiment
    file that is named; or of the folder that is named; or of an experiment file below the working
    folder whose configuration is that of the run.

    Raises
    ------
    ConfigError
        Where this version cannot read the run's configuration, or the named file.
    InputError
        Where nothing tells the folders.
    """
    beside = _beside(record, file, data)
    folder = data or (beside.file.parent if beside else None)
    if folder is None:
        raise InputError([_nothing_found(record, Path.cwd())])
    config = read_config(record)
    rebuilt = Experiment(config, folder / "manifest.yaml")
    placed = _placed(record, folder, beside)
    execution = beside.config.execution if beside else ExecutionSection.model_validate({})
    config = placed.model_copy(update={"execution": execution})
    return Source(
        Experiment(config, folder / "manifest.yaml"),
        beside.file.name if beside else folder.resolve().name,
        beside.resolved() if beside else None,
        rebuilt,
    )


def read_config(record: RunRecord, changed: dict[str, object] | None = None) -> ExperimentConfig:
    """Read the configuration of a manifest.

    Raises
    ------
    ConfigError
        Where this version does not know what it says; lists every such key.
    """
    try:
        return ExperimentConfig.model_validate(changed or dict(record.config))
    except ValidationError as error:
        packages = record.provenance.get("packages")
        version = packages.get("radiomics-hcc") if isinstance(packages, dict) else None
        remedy = f"repeat it with the version that made it ({version or 'not known'})"
        problems = [
            Problem(".".join(map(str, each["loc"])), each["msg"], remedy) for each in error.errors()
        ]
        raise ConfigError(problems, f"configuration of run {record.run_id}") from error


def found_below(record: RunRecord, folder: Path) -> Experiment | None:
    """The first experiment file below a folder that has the configuration of a run.

    Files nearer to the folder come first, then by name. Hidden folders are passed over, and so
    are files that are no experiment.
    """
    for path in experiment_files(folder):
        try:
            experiments = load_experiments(path)
        except ConfigError:
            continue
        for experiment in experiments:
            if experiment.digest() == record.config_sha256:
                return experiment
    return None


def _nothing_found(record: RunRecord, folder: Path) -> Problem:
    """That no file has the configuration of a run, and which one has its name at least."""
    what = f"no experiment file below {folder.name}/ has the configuration of this run"
    remedy = "name the file with --experiment, or the folder of the data with --data"
    for path in experiment_files(folder):
        try:
            names = [each.name for each in load_experiments(path)]
        except ConfigError:
            continue
        if record.name in names:
            near = path.relative_to(folder)
            what += f"; {near} has its name but says something else (a --set, or a later edit)"
            return Problem(record.run_id, what, f"try --experiment {near}")
    return Problem(record.run_id, what, remedy)


def experiment_files(folder: Path) -> list[Path]:
    """YAML files below a folder that say a schema version, the nearest first."""
    found = [path for path in _yaml_files(folder) if _is_experiment(path)]
    return sorted(found, key=lambda path: (len(path.parts), str(path)))


def _yaml_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        kept = [name for name in folders if not name.startswith(".") and depth < DEEPEST]
        folders[:] = kept
        yield from (Path(place) / name for name in names if name.endswith(YAML_ENDINGS))


def _is_experiment(path: Path) -> bool:
    try:
        return SIGN_OF_AN_EXPERIMENT in path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _beside(record: RunRecord, file: Path | None, data: Path | None) -> Experiment | None:
    """The experiment of the file that is named or found; None where a folder is named alone."""
    if file is not None:
        return _variant(record, load_experiments(file))
    return found_below(record, Path.cwd()) if data is None else None


def _variant(record: RunRecord, experiments: tuple[Experiment, ...]) -> Experiment:
    """The variant of a file that the run was made of: by digest, by name, else the first."""
    same = [each for each in experiments if each.digest() == record.config_sha256]
    named = [each for each in experiments if each.name == record.name]
    return (*same, *named, *experiments)[0]


def _placed(record: RunRecord, folder: Path, beside: Experiment | None) -> ExperimentConfig:
    """The manifest's configuration with every file where it is on this machine."""
    declared = named_files(beside.resolved()) if beside else {}
    named = {place: beside.path(text) for place, text in declared.items()} if beside else {}

    def choose(place: Place, text: str) -> str:
        other = named.get(place)
        others = [other] if other is not None and other.name == PurePath(text).name else []
        plain = expanded_text(text)
        found = located(plain, folder, others)
        return plain if found == (folder / Path(plain).expanduser()).resolve() else str(found)

    return read_config(record, with_files(record.config, choose))
