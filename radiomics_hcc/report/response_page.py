"""The page of an audited response: one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Heading,
    Items,
    Paragraph,
    Picture,
    Section,
    Table,
    csv_download,
    data_uri,
    table_of,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, percent
from radiomics_hcc.report.sections.verdict import Fact

SVG: Final = "image/svg+xml"
RATES: Final = {
    "objective_response_rate": "Objective response",
    "disease_control_rate": "Disease control",
}
MOST_NOTES: Final = 12


@dataclass(frozen=True, eq=False)
class ResponsePage:
    """What the page shows.

    Parameters
    ----------
    criterion, sentence
        The chosen criterion and its result in words.
    reader
        Whose rates stand at the top: a reader, or the rule of a consensus.
    readers
        Everyone who read.
    notes
        Warnings, one sentence each.
    made_from
        Inputs and settings, in words.
    tables
        As `ResponseAudit.tables`.
    figures
        SVG by file name.
    """

    criterion: str
    sentence: str
    reader: str
    readers: tuple[str, ...]
    notes: tuple[str, ...]
    made_from: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The criterion's name as text."""
        return words.criterion(self.criterion)

    def has(self, name: str) -> bool:
        """Whether a table has at least one row."""
        return len(self.tables.get(name, ())) > 0

    def folded(self, name: str, caption: str) -> tuple[Block, ...]:
        """A long table that the reader opens, with its CSV; nothing where it is empty."""
        if not self.has(name):
            return ()
        frame = self.tables[name]
        summary = f"{caption} ({len(frame)} rows)"
        return (Fold(summary, (table_of(frame, caption), csv_download(f"{name}.csv", frame))),)

    def picture(self, file: str, alt: str, caption: str) -> tuple[Block, ...]:
        """A figure; nothing where it could not be drawn."""
        if file not in self.figures:
            return ()
        uri = data_uri(SVG, self.figures[file])
        return (Picture(PurePosixPath(file).stem, uri, alt, caption),)


def render_response(page: ResponsePage) -> str:
    """The page as text. Every value is escaped; the same tables give the same text."""
    environment = Environment(
        loader=PackageLoader("radiomics_hcc.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("response.html.j2")
    sections = (look_again(page), response(page), readers(page), criteria(page), source(page))
    told = [section for section in sections if section.blocks]
    return template.render(page=page, facts=facts(page), sections=told)


def facts(page: ResponsePage) -> tuple[Fact, ...]:
    """The key numbers."""
    found = []
    rates = page.tables["rates"]
    for row in rates[rates["reader"] == page.reader].itertuples():
        if row.rate in RATES or not set(rates["rate"]) & set(RATES):
            detail = f"{row.count} of {row.patients} patients, 95 % Wilson interval; {_who(page)}"
            label = RATES.get(str(row.rate), str(row.rate).replace("_", " ").capitalize())
            found.append(Fact(label, interval(row.estimate, row.low, row.high), detail))
    return (*found, *_agreement_facts(page))


def look_again(page: ResponsePage) -> Section:
    """What a person should look at before believing the rest."""
    blocks: list[Block] = []
    if page.notes:
        more = len(page.notes) - MOST_NOTES
        shown = (*page.notes[:MOST_NOTES], *([f"... and {more} more"] if more > 0 else []))
        blocks += [Heading("Notes"), Items(shown)]
    blocks += _flag_blocks(page)
    blocks += page.folded("patients_without_follow_up", "Patients without follow-up, by reader")
    if not blocks:
        blocks = [Paragraph("No warning, no flag, and every patient has a follow-up.")]
    return Section("look-again", "To look at again", tuple(blocks))


def response(page: ResponsePage) -> Section:
    """Rates, figures, and every assessment with its reason."""
    blocks: list[Block] = [
        _rate_table(page.tables["rates"]),
        *page.picture(
            "waterfall.svg",
            "Waterfall plot: best change of each patient's sum from the baseline, one panel per "
            "reader, coloured by best overall response.",
            "Best change of the sum from baseline; dotted lines at the criterion's own limits.",
        ),
        *page.picture(
            "spider.svg",
            "Spider plot: change of each patient's sum from the baseline over time.",
            "Change of the sum from baseline over time.",
        ),
        *page.picture(
            "swimmer.svg",
            "Swimmer plot: one bar per patient from the baseline to the last assessment.",
            "Follow-up of every patient with the response at each assessment.",
        ),
        *page.folded("times", "Median time to progression and progression-free survival"),
        *page.folded("best", "Best overall response and time to progression"),
        *page.folded("response", "Every assessment with its reason"),
        *page.folded("targets", f"Who may be a target by {page.name}, and why not"),
    ]
    return Section("response", f"Response by {page.name}", tuple(blocks))


def readers(page: ResponsePage) -> Section:
    """Agreement of the readers."""
    if not page.has("agreement"):
        return Section("readers", "Readers", ())
    frame = page.tables["agreement"]
    counts = page.tables["class_counts"]
    own = counts[counts["criterion"] == page.criterion]
    blocks = (
        _wide(own, "reader", f"Assessments by {page.name} per reader"),
        _agreement_table(frame[frame["of"].str.startswith("response")]),
        *page.folded("agreement", "Agreement in response, best response and sums"),
        *page.folded("reader_discordance", "Patients on whom readers differ"),
    )
    return Section("readers", f"Readers ({len(page.readers)})", blocks)


def criteria(page: ResponsePage) -> Section:
    """The other criteria beside the chosen one."""
    frame = page.tables["criteria"]
    discordant = int(frame["discordant"].sum())
    told = f"{discordant} of {len(frame)} readings have criteria that differ."
    blocks = (
        _wide(_of_readers(page), "criterion", "Assessments per criterion, all readers together"),
        Paragraph(told),
        *_shares(page),
        *page.folded("criteria", "Every reading by every criterion, and what drives a difference"),
        *page.folded("criteria_agreement", f"Agreement of the others with {page.name}"),
        *page.folded("criteria_cross_tables", f"Cross-tables of the others with {page.name}"),
        *page.folded("criteria_not_assessed", "Criteria that these measurements do not allow"),
    )
    return Section("criteria", "Criteria beside each other", blocks)


def source(page: ResponsePage) -> Section:
    """What the page was made from."""
    rows = tuple(page.made_from.items())
    return Section("source", "Made from", (Table("Inputs and settings", ("What", "Value"), rows),))


def _flag_blocks(page: ResponsePage) -> list[Block]:
    if not page.has("flags"):
        return []
    flags = page.tables["flags"]
    kinds = flags.assign(flag=flags["flag"].str.partition(":")[0]).groupby("flag", sort=False)
    counts = kinds["patient_id"].agg(times="size", patients="nunique").reset_index()
    found = table_of(counts, "Flags")
    return [found, *page.folded("flags", "Every flag")]


def _wide(counts: pd.DataFrame, rows: str, caption: str) -> Table:
    """Counts as a table with one column per word."""
    found = list(dict.fromkeys(counts["response"]))
    order = [word for word in WORD_ORDER if word in found]
    order += [word for word in found if word not in order]
    wide = counts.pivot_table(
        index=rows, columns="response", values="assessments", aggfunc="sum", sort=False
    )
    if rows == "criterion":
        wide.index = wide.index.map(words.criterion).rename(rows)
    return table_of(wide[order].fillna(0).astype(int).reset_index(), caption)


WORD_ORDER: Final = (
    *("CR", "iCR", "PR", "iPR", "SD", "iSD", "NON-CR/NON-PD", "NON-iCR/NON-iUPD"),
    *("PD", "iUPD", "iCPD", "responder", "non-responder"),
    *("nonviable", "nonprogressing", "equivocal", "viable", "nonevaluable", "NE", "NA"),
)


def _of_readers(page: ResponsePage) -> pd.DataFrame:
    """Counts without those of a consensus."""
    counts = page.tables["class_counts"]
    return counts[counts["reader"].isin(page.readers)]


def _rate_table(rates: pd.DataFrame) -> Table:
    rows = tuple(
        (
            str(row.reader) or NOT_AVAILABLE,
            words.spoken(str(row.rate)),
            f"{row.count} of {row.patients}",
            interval(row.estimate, row.low, row.high),
        )
        for row in rates.itertuples()
    )
    return Table(
        "Best overall response",
        ("Reader", "Rate", "Patients", "Estimate (95 % interval)"),
        rows,
        note="Wilson intervals. NE and patients without follow-up stay in the denominator.",
        grouped=True,
    )


def _agreement_table(frame: pd.DataFrame) -> Table:
    """Estimates with their intervals; what is undefined says why."""
    rows = tuple(
        (
            str(row.readers),
            str(row.statistic) + ("" if row.weights == "identity" else f", {row.weights} weights"),
            row.note or interval(row.estimate, row.low, row.high),
            str(row.patients),
            str(row.method) or NOT_AVAILABLE,
        )
        for row in frame.itertuples()
    )
    return Table(
        "Agreement in the response at the first follow-up",
        ("Readers", "Statistic", "Estimate (95 % interval)", "Patients", "Interval by"),
        rows,
        frozenset({3}),
        grouped=True,
    )


def _shares(page: ResponsePage) -> tuple[Block, ...]:
    """How often each other criterion says the same as the chosen one."""
    if not page.has("criteria_agreement"):
        return ()
    frame = page.tables["criteria_agreement"]
    same = frame[frame["statistic"] == "percent agreement"]
    cells = [percent(share) for share in same["estimate"]]
    names = same["criteria"].str.split(", ").str[1].map(words.criterion)
    wide = pd.DataFrame(
        {"Criterion": names, "reader": same["reader"].replace("", "patients"), "share": cells}
    ).pivot(index="Criterion", columns="reader", values="share")
    caption = f"Patients on whom a criterion says the same as {page.name}, per reader"
    return (table_of(wide.loc[list(dict.fromkeys(names))].reset_index(), caption),)


def _who(page: ResponsePage) -> str:
    if page.reader in page.readers:
        return f"reader {page.reader}" if page.reader else "one reader"
    return f"{page.reader} of {len(page.readers)} readers"


def _agreement_facts(page: ResponsePage) -> list[Fact]:
    found = []
    if page.has("agreement"):
        frame = page.tables["agreement"]
        own = frame[frame["of"].str.startswith("response") & (frame["readers"] == "all")]
        for row in own.itertuples():
            if row.statistic == "unanimous patients":
                detail = f"of {row.patients} patients that all {len(page.readers)} have read"
                found.append(Fact("Unanimous readers", percent(row.estimate), detail))
            elif row.statistic == "Gwet's AC2":
                value = interval(row.estimate, row.low, row.high)
                detail = f"ordinal weights, {row.patients} patients, 95 % interval"
                found.append(Fact("Agreement (Gwet's AC2)", value, detail))
    return found
