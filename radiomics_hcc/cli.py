"""The command line `rhcc`: each verb reads its words and calls what does the work.

Verbs import what they need when they run, so that `rhcc --help` answers at once.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from radiomics_hcc import __version__
from radiomics_hcc.errors import RadiomicsHCCError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from radiomics_hcc.domain.record import RunRecord
    from radiomics_hcc.domain.table import FeatureTable
    from radiomics_hcc.experiment.run import Talk

# Libraries make a million objects that stay: looking for garbage among them takes a tenth of the
# time in which a verb starts. Python's own number is 700, from 3.13 on 2,000.
OBJECTS_BEFORE_GARBAGE: Final = 100_000

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Radiomics and treatment response of hepatocellular carcinoma. "
    "Research software, not a medical device.",
)
cache_verbs = typer.Typer(no_args_is_help=True, help="Look after the feature cache.")
app.add_typer(cache_verbs, name="cache")

Jobs = Annotated[int, typer.Option(min=1, help="Worker processes.")]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        dir_okay=False,
        callback=lambda path: _with_folder(path),
        help="File to write; its folder is made.",
    ),
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="key.path=value, as YAML writes it; repeatable.")
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Image paths may leave the table's folder.")
]
Tracker = Annotated[
    str | None, typer.Option(help="Tracker; MLFLOW_TRACKING_URI or sqlite:///mlflow.db.")
]


def main() -> None:
    """Run `rhcc`; an error of ours, or of a file, is one plain message and exit code 1."""
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE)
    try:
        app(args=arguments)
    except (RadiomicsHCCError, OSError) as error:
        if len(arguments) < len(sys.argv) - 1:
            raise
        typer.echo(f"rhcc: {error}", err=True)
        sys.exit(1)


def _with_folder(path: Path) -> Path:
    """Make the folder of an output before the work, so that nothing is lost after it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{path.parent}: {error.strerror}") from error
    return path


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"radiomics_hcc {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; any place.")] = False,
) -> None:
    """Options of every verb; both are dealt with before a verb runs."""


@app.command()
def demo(
    directory: Annotated[
        Path, typer.Argument(file_okay=False, help="Folder for everything made.")
    ] = Path("demo"),
    patients: Annotated[int | None, typer.Option(min=1, help="Synthetic patients.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the cohort.")] = 7,
    signal: Annotated[float, typer.Option(min=0, help="Planted signal; 0 plants none.")] = 1.0,
    jobs: Jobs = 1,
) -> None:
    """Run the whole story on a synthetic cohort: features, response, models, report."""
    from radiomics_hcc.datasets.synthetic import SyntheticSettings
    from radiomics_hcc.experiment.demo import DEMO_PATIENTS
    from radiomics_hcc.experiment.demo import demo as run_demo

    settings = SyntheticSettings(patients or DEMO_PATIENTS, seed, signal)
    record = run_demo(directory, settings, jobs=jobs, talk=_talk())
    _tell_run(record)


@app.command()
def synth(
    directory: Annotated[Path, typer.Argument(file_okay=False, help="Folder to write.")],
    patients: Annotated[int, typer.Option(min=1, help="How many.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 7,
    signal: Annotated[float, typer.Option(min=0, help="Planted signal; 0 plants none.")] = 1.0,
    phases: Annotated[
        str, typer.Option(help="Also unenhanced, delayed; commas between.")
    ] = "arterial,portal",
    breath_shift_mm: Annotated[
        float, typer.Option(min=0, help="How far other phases may lie from the arterial, mm.")
    ] = 0.0,
    jobs: Jobs = 1,
) -> None:
    """Make a synthetic cohort: CT before and after treatment, readers, and the truth."""
    from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort

    named = tuple(phase.strip() for phase in phases.split(",") if phase.strip())
    settings = SyntheticSettings(
        patients, seed, signal, phases=named, breath_shift_mm=breath_shift_mm
    )
    typer.echo(f"{patients} patients: {synthesise_cohort(directory, settings, jobs=jobs)}")


@app.command()
def validate(
    config: Annotated[Path, typer.Argument(help="Experiment file.")], settings: Settings = None
) -> None:
    """Check an experiment: file, tables, image headers; every problem at once, no pixels."""
    from radiomics_hcc.experiment.validate import validate_experiment

    for sentence in validate_experiment(config, settings or []):
        typer.echo(f"can be run: {sentence}")


@app.command()
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
    _tell_failures([] if allow_mismatch else checked.mismatches, output)


@app.command()
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
    _tell_failures(list(matched.failures), output)


@app.command()
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
    _tell_extraction(extract_file(asked, choices), output)


@app.command()
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
    _tell_failures([": ".join(failure) for failure in measured.failures], output)


@app.command()
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
    _tell_failures(report.failures, output)


@app.command()
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
    _tell_failures(failures(listing), output)


@app.command()
def assess(
    measurements: Annotated[Path, typer.Argument(help="measurements.csv.")],
    output: Output,
    criterion: Annotated[str, typer.Option(help="See `rhcc list criteria`.")] = "mrecist",
    beside: Annotated[
        list[str] | None, typer.Option(help="Other criteria, with commas or repeated.")
    ] = None,
    settings: Settings = None,
    patients: Annotated[
        Path | None, typer.Option(help="patients.csv: treatment, treatment_date, death_date.")
    ] = None,
    readers: Annotated[
        str | None, typer.Option(help="Add a consensus: majority, median or unanimous.")
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Add best response, TTP and PFS.")] = False,
    confirmation_days: Annotated[
        int | None, typer.Option(min=1, help="Best response: confirm CR and PR after so many days.")
    ] = None,
    stable_days: Annotated[
        int, typer.Option(min=0, help="Best response: SD counts from so many days on.")
    ] = 0,
    audit: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder: all criteria, readers, a page.")
    ] = None,
) -> None:
    """State the response of every patient, reader and follow-up, each with its reason."""
    from radiomics_hcc.experiment.assessing.assessment import Asked, AssessmentOptions, assess_file

    options = AssessmentOptions.of(readers, confirmation_days, stable_days)
    asked = Asked(criterion, settings or (), beside or (), patients)
    found = assess_file(measurements, asked, options)
    _tell_notes(found.notes)
    found.frame(with_best=best).to_csv(output, index=False)
    typer.echo(f"{found.sentence()}: {output}")
    if audit:
        from radiomics_hcc.experiment.assessing.audit import write_audit

        typer.echo(f"audit: {write_audit(found, audit)}")


@app.command()
def run(
    config: Annotated[Path, typer.Argument(help="Experiment file.")],
    settings: Settings = None,
    variant: Annotated[str | None, typer.Option(help="One variant; all when left out.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes.")] = None,
) -> None:
    """Run an experiment, tracked; a file with variants makes one run of each."""
    from radiomics_hcc.experiment.run import run_experiments

    given = [*(settings or []), *([f"execution.jobs={jobs}"] if jobs else [])]
    for record in run_experiments(config, given, variant=variant, talk=_talk()):
        _tell_run(record)


@app.command()
def report(
    run: Annotated[str, typer.Argument(help="Run folder, run identity, or experiment.")],
    output: Output = Path("report.html"),
    tracker: Tracker = None,
) -> None:
    """Write the report of a tracked run: one self-contained HTML file."""
    from radiomics_hcc.experiment.history import load_run
    from radiomics_hcc.report.html import write_report

    typer.echo(write_report(load_run(run, tracker), output))


@app.command()
def predict(
    data: Annotated[Path, typer.Argument(help="cohort.csv or a feature table.")],
    model: Annotated[str, typer.Option(help="Run folder, run identity, or experiment.")],
    output: Output,
    patients: Annotated[Path | None, typer.Option(help="Table of clinical columns.")] = None,
    tracker: Tracker = None,
    jobs: Jobs = 1,
    outside: AllowOutside = False,
) -> None:
    """Predict the class of every patient, with warnings outside the training range."""
    from radiomics_hcc.experiment.predict import Work
    from radiomics_hcc.experiment.predict import predict as predict_patients

    work = Work(jobs, Path(".cache/features"), _talk().extraction, outside)
    frame = predict_patients(model, data, patients=patients, tracker=tracker, work=work)
    frame.to_csv(output, index=False)
    warned = int((frame["warnings"] != "").sum())
    typer.echo(f"{len(frame)} patients, {warned} with warnings: {output}")


@app.command()
def ui(
    tracker: Tracker = None,
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 takes a free one.")] = 5000,
    browser: Annotated[bool, typer.Option("--browser", help="Open it in a browser.")] = False,
) -> None:
    """Show the tracked runs with MLflow, on this machine alone, until Ctrl-C."""
    from radiomics_hcc.tracking.open import default_tracker_uri
    from radiomics_hcc.tracking.ui import serve

    serve(
        tracker or default_tracker_uri(),
        port,
        announce=lambda address: typer.echo(f"MLflow: {address} (Ctrl-C ends it)"),
        open_browser=browser,
    )


@app.command(name="list")
def list_kind(
    kind: Annotated[str, typer.Argument(help="criteria, classifiers, checks, metrics, ...")],
) -> None:
    """List what there is of a kind, by the name that files and options use."""
    from radiomics_hcc.experiment.listing import list_kind as listed

    for name, sentence in listed(kind).items():
        typer.echo(f"{name:28} {sentence}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the experiment file."""
    from radiomics_hcc.experiment.listing import experiment_schema

    typer.echo(json.dumps(experiment_schema(), indent=2))


@app.command()
def doctor() -> None:
    """Check the installation: libraries, the feature engine on a ball, the working folder."""
    from radiomics_hcc.experiment.doctor import examine

    signs = examine()
    for sign in signs:
        typer.echo(f"{'ok  ' if sign.is_well else 'FAIL'} {sign.what}: {sign.found}")
    if not all(sign.is_well for sign in signs):
        raise typer.Exit(1)


@cache_verbs.command("verify")
def cache_verify(folder: Annotated[Path, typer.Argument()] = Path(".cache/features")) -> None:
    """Name damaged files of the cache; they count as missing and are made again."""
    from radiomics_hcc.features.cache import verify_cache

    damaged = verify_cache(folder)
    for path in damaged:
        typer.echo(f"damaged: {path}")
    typer.echo(f"{len(damaged)} damaged")
    raise typer.Exit(1 if damaged else 0)


@cache_verbs.command("gc")
def cache_clean(folder: Annotated[Path, typer.Argument()] = Path(".cache/features")) -> None:
    """Delete damaged files and leavings of interrupted writes."""
    from radiomics_hcc.features.cache import clean_cache

    typer.echo(f"{clean_cache(folder)} files deleted")


def _talk() -> Talk:
    """Progress on the standard error stream."""
    from radiomics_hcc.experiment.run import Talk
    from radiomics_hcc.features.progress import ConsoleProgress

    def folds(done: int, total: int) -> None:
        if done == total or done % max(1, total // 10) == 0:
            typer.echo(f"outer folds: {done} of {total}", err=True)

    return Talk(lambda sentence: typer.echo(sentence, err=True), ConsoleProgress(), folds)


def _tell_notes(notes: Iterable[str]) -> None:
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def _tell_run(record: RunRecord) -> None:
    typer.echo(f"run {record.run_id} of {record.name}")
    typer.echo(str(record.summary["verdict"]))
    for finding in record.findings:
        if finding.severity in ("warning", "serious"):
            typer.echo(f"{finding.severity} {finding.code}: {finding.sentence}")
    typer.echo(str(record.summary["software"]))


def _tell_failures(failures: list[str], output: Path) -> None:
    """Name what failed, and where the rest is; a failure makes the exit code 1."""
    for failure in failures:
        typer.echo(f"failed: {failure}", err=True)
    typer.echo(f"{len(failures)} failed: {output}")
    if failures:
        raise typer.Exit(1)


def _tell_extraction(table: FeatureTable, output: Path) -> None:
    """Say what became of the cases; a failure makes the exit code 1."""
    from radiomics_hcc.features.assemble import summary_of
    from radiomics_hcc.features.verify import agreement_of

    summary = summary_of(table)
    if agreement := agreement_of(table):
        typer.echo(str(agreement))
    for case, reason in summary.failed:
        typer.echo(f"failed: {case}: {reason}", err=True)
    unclipped = table.metadata.get("rings_without_liver")
    if isinstance(unclipped, list) and unclipped:
        told = f"{len(unclipped)} rings are not clipped: the cohort has no liver in their images"
        typer.echo(told, err=True)
    functional = table.metadata.get("functional")
    if isinstance(functional, dict) and functional["failed"]:
        told = f"{len(functional['failed'])} lesions without functional values, see their reasons"
        typer.echo(told, err=True)
    typer.echo(
        f"{summary.ok} measured, {summary.cached} from the cache, {summary.absent} absent, "
        f"{len(summary.failed)} failed: {output}"
    )
    if summary.failed:
        raise typer.Exit(1)
