"""Who was studied and what the labels are."""

from __future__ import annotations

from dataclasses import replace

from radiomics_hcc.report.blocks import Block, Missing, Paragraph, Section, Table
from radiomics_hcc.report.sections.errors import worst
from radiomics_hcc.report.sections.montages import (
    montage_block,
    montage_files,
    montages_by_patient,
)
from radiomics_hcc.report.sections.source import Source


def cohort(source: Source) -> Section:
    """Flow of patients and the table of their characteristics."""
    flow = source.picture(
        "cohort_flow.svg",
        alt="Flow of patients and lesions through the study, one box per step; same data below.",
        caption="Cohort flow. Every loss is named; nobody leaves silently.",
        data=source.frame("cohort_flow"),
    )
    table_one = source.table("table_one", "Characteristics of the patients")
    if isinstance(table_one, Table):
        table_one = replace(table_one, grouped=True)
    return Section("cohort", "Cohort", (flow, table_one, *_montages(source)))


def labels(source: Source) -> Section:
    """Class counts, criterion, readers and exclusions."""
    blocks: list[Block] = []
    target = source.text("target")
    blocks.append(Paragraph(target) if target else Missing("Target in words"))
    columns = [str(name) for name in source.frame("labels").columns]
    readers = [name for name in columns if name not in ("patient_id", "label", "date")]
    if readers:
        blocks.append(Paragraph(f"Read by: {', '.join(readers)}."))
    blocks.append(source.table("label_counts", "Patients per class"))
    if "exclusions" in source.record.tables and not source.has("exclusions"):
        blocks.append(Paragraph("No patient was excluded."))
    else:
        blocks.append(source.table("exclusions", "Excluded patients, each with the reason"))
    blocks.append(source.folded("labels", "Label of every patient"))
    return Section("labels", "Labels", tuple(blocks))


def _montages(source: Source) -> list[Block]:
    """Slices of the patients that are not among the worst errors, which show their own."""
    names = [str(name) for name in worst(source).get("patient_id", ())]
    elsewhere = [file for files in montages_by_patient(source, names).values() for file in files]
    return [montage_block(source, name) for name in montage_files(source) if name not in elsewhere]
