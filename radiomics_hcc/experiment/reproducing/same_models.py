"""Refitted models of a run beside those of its repetition, by what they predict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.record import ModelFile, RunRecord
from radiomics_hcc.errors import InputError, ModelFileError
from radiomics_hcc.experiment.reproducing.line import Line, Part, Verdict
from radiomics_hcc.experiment.reproducing.same_tables import compare_table
from radiomics_hcc.modelling.model_file import load_model
from radiomics_hcc.modelling.predict import predict


def compare_models(
    then: RunRecord, now: RunRecord, table: PatientTable, tolerance: float
) -> Iterator[Line]:
    """One line per refitted model: its predictions for every patient of the table.

    Files are not compared byte by byte: the format stores times and identities of objects. A
    model that this version cannot load, or that wants other columns, is not compared, and the
    line says why.
    """
    after = {file.model: file for file in now.models}
    for file in then.models:
        if file.model in after:
            yield _compared(file, after.pop(file.model), table, tolerance)
        else:
            yield Line(Part.MODEL, file.model, Verdict.GONE, "saved", "")
    for name in after:
        yield Line(Part.MODEL, name, Verdict.NEW, "", "saved")


def _compared(then: ModelFile, now: ModelFile, table: PatientTable, tolerance: float) -> Line:
    try:
        one, other = (predict(load_model(file.content, file.sha256), table) for file in (then, now))
    except (ModelFileError, InputError) as error:
        note = " ".join(str(error).split())
        return Line(Part.MODEL, then.model, Verdict.NOT_COMPARED, note=note)
    line = compare_table(then.model, one, other, tolerance)
    return replace(line, part=Part.MODEL)
