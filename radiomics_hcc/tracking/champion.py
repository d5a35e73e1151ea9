"""The model of an experiment that others should use: registered, with a word that points at it."""

from __future__ import annotations

from radiomics_hcc.tracking.open import find_run, open_tracker
from radiomics_hcc.tracking.registry import CHAMPION, RegisteredModel, registry_of, require_alias
from radiomics_hcc.tracking.tracker import require_completed


def choose_champion(
    run: str, uri: str, *, model: str | None = None, alias: str = CHAMPION
) -> RegisteredModel:
    """Register a model of a completed run under its experiment's name and point an alias at it.

    The same model of the same run keeps its version; another one takes the alias over.

    Parameters
    ----------
    run
        A run's identity, or an experiment, which stands for its newest completed run.
    uri
        Address of the tracker that keeps the run.
    model
        Its name in the run; the primary model when left out.
    alias
        The word, found later as `models:/<experiment>@<alias>`.

    Raises
    ------
    TrackingError
        Where the run is not there, not completed, or has no such model.
    """
    require_alias(alias)
    record = find_run(run, uri)
    require_completed(record)
    return registry_of(open_tracker(uri), uri).register(record.run_id, model, alias)
