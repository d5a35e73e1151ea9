"""A manifest beside the digests that it states of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.reproducing.line import Line, Part, Verdict

EDITED: Final = "has not the digest that the manifest states: one of the two was changed afterwards"


def compare_manifest(record: RunRecord) -> Iterator[Line]:
    """One line each for configuration and inputs: whether they have the digest stated of them.

    Who changes the digest as well is not found out: a manifest is not signed.
    """
    files = sorted((file.name, file.file, file.sha256) for file in record.inputs)
    yield _line(
        "configuration of the manifest",
        record.config_sha256,
        _digests_of_configuration(record.config),
    )
    yield _line("inputs of the manifest", record.data_sha256, (digest_json(files),))


def _digests_of_configuration(config: Mapping[str, object]) -> tuple[str, ...]:
    """With the order of the classes, which ranks them, and without it."""
    target = config.get("target")
    merge = target.get("merge") if isinstance(target, Mapping) else None
    order = list(merge) if isinstance(merge, Mapping) else []
    return digest_json({**config, "class_order": order}), digest_json(config)


def _line(item: str, stated: str, found: tuple[str, ...]) -> Line:
    is_own = stated in found
    verdict = Verdict.EQUAL if is_own else Verdict.DIFFERS
    now = stated if is_own else found[0]
    return Line(Part.MANIFEST, item, verdict, stated[:12], now[:12], note="" if is_own else EDITED)
