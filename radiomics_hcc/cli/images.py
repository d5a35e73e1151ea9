"""Verbs that read images: phases, match, extract, measure, robustness, bins, maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import AllowOutside, Jobs, Output
from radiomics_hcc.cli.telling import tell_extraction, tell_failures


def phases(
    cohort: Annotated[Path, typer.Argument(help="cohort.csv; phase may be empty.")],
    output: Output,
    evidence: Annotated[
        Path | None, typer.Option(help="HU of every image; by default beside the output.")
    ] = None,
    allow_mismatch: Annotated[
        bool, typer.Option("--allow-mismatch", help="Exit 0 where HU contradict the table.")
    ] = False,
    outside: AllowOutside = False,
) -> None:
    """Fill and check contrast phases by the HU of aorta, portal vein and liver."""
    from radiomics_hcc.experiment.contrast_phases import check_phases
    from radiomics_hcc.features.progress import ConsoleProgress

    progress = ConsoleProgress(what="images")
    checked = check_phases(cohort, allow_outside=outside, progress=progress)
    for sentence in checked.sentences():
        typer.echo(sentence)
    typer.echo(f"evidence: {checked.write(output, evidence)}")
    typer.echo(f"{len(checked.mismatches)} stated phases contradicted: {output}")
    if checked.mismatches and not allow_mismatch:
        raise typer.Exit(1)


def match(
    cohort: Annotated[Path, typer.Argument(help="cohort.csv; lesion_id may be empty.")],
    output: Output,
    evidence: Annotated[
        Path | None, typer.Option(help="Links of lesions; by default beside the output.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Given lesion_ids stand; match the empty ones to them.")
    ] = False,
    distance_mm: Annotated[
        float, typer.Option(min=0, help="Match without overlap up to this distance, mm.")
    ] = 15.0,
    outside: AllowOutside = False,
) -> None:
    """Name the lesions: which one before is which one after, each with its evidence."""
    from radiomics_hcc.experiment.identity.lesions_over_time import match_cohort
    from radiomics_hcc.features.progress import ConsoleProgress
    from radiomics_hcc.imaging.lesion_matching import MatchRule

    rule, progress = MatchRule(largest_distance_mm=distance_mm), ConsoleProgress(what="patients")
    matched = match_cohort(cohort, rule=rule, keep=keep, allow_outside=outside, progress=progress)
    for sentence in matched.sentences():
        typer.echo(sentence)
    typer.echo(f"evidence: {matched.write(output, evidence)}")
    tell_failures(list(matched.failures), output)


def extract(
    cohort: Annotated[Path, typer.Argument(help="cohort.csv or PyRadiomics' batch CSV.")],
    output: Output,
    params: Annotated[
        Path | None, typer.Option(help="PyRadiomics parameter file, or one with `ibsi:`.")
    ] = None,
    engine: Annotated[str, typer.Option(help="native or pyradiomics.")] = "native",
    verify: Annotated[int, typer.Option(min=0, help="Lesions to check by the other engine.")] = 0,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", "--regions", help="Region, by default lesion; repeatable."),
    ] = None,
    ring: Annotated[
        list[float] | None,
        typer.Option(min=0, help="Also a ring of so many mm around every lesion; repeatable."),
    ] = None,
    jobs: Jobs = 1,
    shard: Annotated[str, typer.Option(help="i/N: this part of the cohort.")] = "1/1",
    cache: Annotated[Path, typer.Option(help="Folder of the cache.")] = Path(".cache/features"),
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing.")] = False,
    functional: Annotated[
        bool, typer.Option("--functional", help="Also enhancement, necrosis, viable size.")
    ] = False,
    outside: AllowOutside = False,
) -> None:
    """Measure the features of every region; one row per case, an empty cell has its reason."""
    from radiomics_hcc.domain.peritumoural import ring_region
    from radiomics_hcc.experiment.extraction import ExtractionFiles, extract_file
    from radiomics_hcc.features.extract import Extraction
    from radiomics_hcc.features.shard import Shard

    kept, part = None if no_cache else cache, Shard.parse(shard)
    named = (word.strip() for words in region or ["lesion"] for word in words.split(","))
    wanted = tuple(dict.fromkeys([*named, *map(ring_region, ring or [])]))
    choices = Extraction(None, engine, jobs, kept, wanted, part, verify)
    asked = ExtractionFiles(cohort, output, params, outside, functional)
    tell_extraction(extract_file(asked, choices), output)


def measure(
    cohort: Annotated[
        Path, typer.Argument(help="cohort.csv; best with every phase and the liver.")
    ],
    output: Output = Path("measurements.csv"),
    k: Annotated[float, typer.Option(min=0, help="Viable: k SD above the liver.")] = 2.0,
    region: Annotated[str, typer.Option(help="The region that is a lesion.")] = "lesion",
    roles: Annotated[str, typer.Option(help="Criterion that chooses targets.")] = "mrecist",
    reader: Annotated[str, typer.Option(help="What the column reader says.")] = "images",
    save: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for viable masks and cohort.csv.")
    ] = None,
    montage: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for a picture of each lesion.")
    ] = None,
    patients: Annotated[Path | None, typer.Option(help="patients.csv.")] = None,
    jobs: Jobs = 1,
    outside: AllowOutside = False,
) -> None:
    """Measure lesions in their images: viable and whole diameters, volumes, enhancement."""
    from radiomics_hcc.experiment.measure_command import MeasureFiles, measure_files
    from radiomics_hcc.experiment.measuring.measure import Measuring
    from radiomics_hcc.imaging.viable import ViableRule

    files = MeasureFiles(cohort, output, patients, montage, outside)
    measuring = Measuring(ViableRule(k=k), reader, region, roles, jobs, save)
    measured = measure_files(files, measuring)
    typer.echo(f"{measured}: {output}")
    tell_failures([": ".join(failure) for failure in measured.failures], output)


def robustness(
    output: Output,
    cohort: Annotated[
        Path | None, typer.Argument(help="cohort.csv; none where readers are compared.")
    ] = None,
    params: Annotated[Path | None, typer.Option(help="PyRadiomics parameter file.")] = None,
    variants: Annotated[int, typer.Option(min=2, help="Perturbed variants of a lesion.")] = 30,
    kinds: Annotated[
        str, typer.Option(help="With commas; there is also tilt.")
    ] = "contour,volume,noise,rotation,translation",
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    reader: Annotated[
        list[str] | None, typer.Option(help="NAME=COHORT.csv, for each reader to be compared.")
    ] = None,
    bootstrap: Annotated[
        int, typer.Option(min=0, help="Resamples of patients for the intervals; 0: F-based.")
    ] = 0,
    region: Annotated[str, typer.Option(help="Region to measure.")] = "lesion",
    phase: Annotated[str, typer.Option(help="Contrast phase, where there are several.")] = "",
    jobs: Jobs = 1,
    outside: AllowOutside = False,
) -> None:
    """Tell which features hold when contour, noise and position, or the reader, change (ICC)."""
    from radiomics_hcc.experiment.robustness.command import RobustnessFiles, measure_robustness
    from radiomics_hcc.experiment.robustness.readers import parse_readers
    from radiomics_hcc.imaging.perturb.plan import VariantPlan, parse_kinds

    readers = parse_readers(reader) if reader else ()
    files = RobustnessFiles(output, cohort, readers, params, region, phase, outside)
    plan = VariantPlan(parse_kinds(kinds), variants, seed)
    found = measure_robustness(files, plan, resamples=bootstrap, jobs=jobs)
    for sentence in found.sentences():
        typer.echo(sentence)
    tell_failures(list(found.failed), output)


def bins(
    cohort: Annotated[Path, typer.Argument(help="cohort.csv or PyRadiomics' batch CSV.")],
    output: Output,
    params: Annotated[Path | None, typer.Option(help="PyRadiomics parameter file.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="By default lesion.")] = None,
    outside: AllowOutside = False,
) -> None:
    """Count the grey levels that every region would have, before extraction."""
    from radiomics_hcc.experiment.grey_level_bins import write_bins

    regions = tuple(region or ["lesion"])
    report = write_bins(cohort, output, params=params, regions=regions, allow_outside=outside)
    for sentence in report.sentences():
        typer.echo(sentence)
    tell_failures(report.failures, output)


def maps(
    cohort: Annotated[Path, typer.Argument(help="cohort.csv or PyRadiomics' batch CSV.")],
    features: Annotated[str, typer.Option(help="original_glcm_Contrast, ...: with commas.")],
    output: Annotated[Path, typer.Option("--output", "-o", file_okay=False, help="Folder.")],
    params: Annotated[Path | None, typer.Option(help="PyRadiomics parameter file.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="By default lesion.")] = None,
    outside: AllowOutside = False,
) -> None:
    """Map features voxel by voxel: one NIfTI image for each case and feature, and maps.csv."""
    from radiomics_hcc.experiment.asked import failures
    from radiomics_hcc.experiment.feature_maps import write_maps

    names = [name.strip() for name in features.split(",") if name.strip()]
    regions = tuple(region or ["lesion"])
    listing = write_maps(
        cohort, output, params=params, features=names, regions=regions, allow_outside=outside
    )
    tell_failures(failures(listing), output)
