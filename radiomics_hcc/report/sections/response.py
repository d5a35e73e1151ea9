"""How the tumours responded: change, course and follow-up of every patient."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report.blocks import Block, Missing, Section
from radiomics_hcc.report.figures.follow_up import follow_up, of_reader, readers_of
from radiomics_hcc.report.figures.gallery import response_limits
from radiomics_hcc.report.figures.limits import Limits
from radiomics_hcc.report.figures.swimmer import bars
from radiomics_hcc.report.figures.waterfall import best_changes
from radiomics_hcc.report.numbers import fixed
from radiomics_hcc.report.sections.source import Source


def response(source: Source) -> Section:
    """Waterfall, spider and swimmer plot, best responses, and every assessment."""
    if not source.has("response"):
        return Section("response", "Response", (Missing("Response assessments"),))
    pictures = (_waterfall(source), _spider(source), _swimmer(source))
    tables: list[Block] = [source.folded("response", "Assessments")]
    if source.has("best_response"):
        tables.append(source.folded("best_response", "Best overall responses"))
    return Section("response", "Response", (*pictures, *tables))


def _waterfall(source: Source) -> Block:
    best = _best(source)
    colour = "best overall response" if best is not None else "response at that assessment"
    return source.picture(
        "waterfall.svg",
        alt="Waterfall plot: the best change of each patient's sum from the baseline in per cent, "
        "coloured by response.",
        caption="Best change of the sum from baseline. One bar per patient, coloured by the "
        f"{colour}{_lines(response_limits(source.record))} A patient can progress with a falling "
        f"sum: a new lesion is enough.{_readers(source)}",
        data=best_changes(source.frame("response"), best),
    )


def _spider(source: Source) -> Block:
    return source.picture(
        "spider.svg",
        alt="Spider plot: the change of each patient's sum from the baseline over time.",
        caption="Change of the sum over time. One line per patient, from the baseline (0 %)"
        f"{_lines(response_limits(source.record))} A ring is a nadir that was left again, a star a "
        "new lesion; a progression without a sum stands at the height of the last known "
        f"sum.{_readers(source)}",
        data=follow_up(source.frame("response")).table,
    )


def _swimmer(source: Source) -> Block:
    readers = readers_of(source.frame("response"))
    who = f" As reader {readers[0]} saw it, one of {len(readers)}." if len(readers) > 1 else ""
    return source.picture(
        "swimmer.svg",
        alt="Swimmer plot: one bar per patient from the baseline to the last assessment, with the "
        "response at each assessment.",
        caption="Follow-up of each patient. From the baseline to the last assessment, with the "
        f"response at each; an arrow where no progression was seen.{who}",
        data=_bars(source, readers[0]),
    )


def _bars(source: Source, reader: str) -> pd.DataFrame:
    best = _best(source)
    courses = of_reader(follow_up(source.frame("response")).table, reader)
    return bars(courses, None if best is None else of_reader(best, reader))


def _best(source: Source) -> pd.DataFrame | None:
    return source.frame("best_response") if source.has("best_response") else None


def _lines(limits: Limits) -> str:
    """The end of a sentence that says what the dotted lines are."""
    told = []
    if limits.decrease_percent is not None:
        told.append(f"{fixed(limits.decrease_percent, 0)} % (response, against the baseline)")
    if limits.increase_percent is not None:
        told.append(
            f"+{fixed(limits.increase_percent, 0)} % (progression, which is judged against the "
            "nadir)"
        )
    return f"; dotted lines at {' and '.join(told)}." if told else "."


def _readers(source: Source) -> str:
    count = len(readers_of(source.frame("response")))
    return f" One panel for each of {count} readers." if count > 1 else ""
