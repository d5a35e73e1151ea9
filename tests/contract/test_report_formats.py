"""A report says the same as HTML, Markdown and JSON, and every table has a rule for its privacy."""

import ast
import json
import runpy
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from jinja2 import Environment, PackageLoader
from markdown_it import MarkdownIt

import radiomics_hcc.experiment
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import InputError
from radiomics_hcc.report import blocks, html, json_page, markdown
from radiomics_hcc.report.blocks import (
    Block,
    Code,
    Download,
    FindingList,
    Fold,
    Heading,
    Items,
    Missing,
    Pair,
    Paragraph,
    Picture,
    Section,
    Table,
)
from radiomics_hcc.report.formats import FORMATS, write_as
from radiomics_hcc.report.page import page_of
from radiomics_hcc.report.private import SUMMARY
from radiomics_hcc.report.private_edition.tables import RULES

RUN = Path(__file__).parents[1] / "unit" / "report" / "conftest.py"
EXPERIMENT = Path(radiomics_hcc.experiment.__file__).parent
TABLES_IN = ("record.py", "tables.py", "trust_tables.py", "elsewhere.py")
ODD = "1. a|b *c* _d_ <b>e</b> & `f` [g](h) \\i $j$ # k ~l~ {m} − „ü“"
VOID = {"meta", "link", "img", "br", "hr"}
BESIDE_TABLES = {"software", "columns", "false_positive_rate", "sensitivity"}


class Words(HTMLParser):
    """The text of every element without the texts of its children, and every `alt`."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.stack = [""]
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.add(shortened(dict(attributes).get("alt") or ""))
        if tag not in VOID:
            self.stack.append("")

    def handle_endtag(self, tag):
        if len(self.stack) > 1 and tag not in VOID:
            self.found.add(shortened(self.stack.pop()))

    def handle_data(self, data):
        self.stack[-1] += data


def shortened(text):
    return " ".join(text.split())


def said(block: Block):
    """Everything that a block says to a reader, piece by piece."""
    match block:
        case Paragraph() | Heading() | Code():
            yield block.text
        case Missing():
            yield block.sentence
        case Items():
            yield from block.sentences
        case FindingList():
            yield from (part for finding in block.findings for part in finding)
        case Table():
            yield from (block.caption, block.note, *block.columns)
            yield from (cell for row in block.rows for cell in row)
        case Download():
            yield block.name
        case Picture():
            yield from (block.alt, block.caption)
            for part in (block.data, block.download):
                yield from said(part) if part else ()
        case Pair():
            yield from (piece for picture in block.pictures for piece in said(picture))
        case Fold():
            yield block.summary
            yield from (piece for inner in block.blocks for piece in said(inner))


def strings(value):
    """Every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def told(page, written, name):
    """The words of a format, taken apart by a program that is not ours."""
    text = written[name]
    if name == "report.json":
        return set(map(shortened, strings(json.loads(text))))
    if name == "report.md":
        text = MarkdownIt("commonmark").enable("table").render(text)
    return Words(text).found


def is_told(piece, words, everything):
    """As an element of its own, or within a sentence that a list or link makes of it."""
    return shortened(piece) in words or shortened(piece) in everything


@pytest.fixture(scope="module")
def run():
    return runpy.run_path(str(RUN))["completed_run"]()


@pytest.fixture(scope="module")
def page(run):
    return page_of(run)


@pytest.fixture(scope="module")
def written(page):
    return {
        "report.html": html.as_html(page),
        "report.md": markdown.as_markdown(page),
        "report.json": json_page.as_json(page),
    }


@pytest.fixture(scope="module")
def small(run):
    """A run with one figure and a few tables, which is quickly written."""
    kept = ("table_one", "label_counts", "metrics", "selected")
    return replace(run, tables={name: run.tables[name] for name in kept})


@pytest.mark.parametrize("name", ["report.html", "report.md", "report.json"])
def test_every_word_of_the_page_is_in_every_format(page, written, name):
    words = told(page, written, name)
    everything = " ".join(sorted(words))
    pieces = [page.verdict.sentence, page.verdict.light, page.intent, page.record.question]
    pieces += [part for fact in page.verdict.facts for part in (fact.label, fact.value)]
    for section in page.sections:
        pieces += [section.title, *(piece for block in section.blocks for piece in said(block))]
    assert len(pieces) > 3000
    assert [piece for piece in pieces if not is_told(piece, words, everything)] == []


def every_kind():
    """A block of every kind, each with text that a format could take for its own marks."""
    svg = blocks.data_uri("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    table = Table(ODD, (ODD, "n"), ((ODD, "1"), ("- x", "2.")), frozenset({1}), f"note {ODD}")
    download = blocks.csv_download("a/b.csv", pd.DataFrame({ODD: [1.5, float("nan")]}))
    picture = Picture("p", svg, f"alt {ODD}", f"caption {ODD}", table, download)
    inside = (Code("```\ncode | *here*", "label"), download, Pair((picture,)), table)
    return (
        Paragraph(ODD),
        Heading(f"head {ODD}"),
        Items((ODD, "+ plus")),
        Missing(f"missing {ODD}"),
        FindingList((("HCC001", "warning", ODD),)),
        Fold(f"fold {ODD}", inside),
        *inside,
        picture,
    )


def kinds_of(found):
    for block in found:
        yield type(block)
        yield from kinds_of(getattr(block, "blocks", ()))


def test_the_sample_has_every_kind_of_block():
    assert set(kinds_of(every_kind())) == set(get_args(Block))


@pytest.mark.parametrize("name", ["html", "markdown", "json"])
def test_every_kind_of_block_keeps_its_words(name):
    shown = SHOWN[name](every_kind())
    words = shown if name == "json" else Words(shown).found
    everything = " ".join(words)
    for block in every_kind():
        for piece in said(block):
            assert is_told(piece, words, everything), piece


def in_html(found):
    environment = Environment(loader=PackageLoader("radiomics_hcc.report"), autoescape=True)
    show = environment.get_template("blocks.html.j2").module.show
    return "".join(str(show(block)) for block in found)


def in_markdown(found):
    page = replace(page_of(bare()), sections=(Section("s", "s", found),))
    return MarkdownIt("commonmark").enable("table").render(markdown.as_markdown(page))


def in_json(found):
    page = replace(page_of(bare()), sections=(Section("s", "s", found),))
    return set(map(shortened, strings(json.loads(json_page.as_json(page)))))


def bare():
    return RunRecord("id", "n", "Does it work?", "early_response", RunStatus.STARTED, "now")


SHOWN = {"html": in_html, "markdown": in_markdown, "json": in_json}


def test_the_markdown_points_to_files_that_are_there(small, tmp_path):
    text = write_as(small, tmp_path / "of mine.md").read_text(encoding="utf-8")
    shown = MarkdownIt("commonmark").enable("table").render(text)
    names = {part.split('"')[0] for part in shown.split("of%20mine_files/")[1:]}
    there = {file.name for file in (tmp_path / "of mine_files").iterdir()}
    assert names == there
    assert {"selected.svg", "selected.csv", "metrics.csv"} <= there


def test_the_json_has_numbers_as_numbers(run, written):
    value = json.loads(written["report.json"])
    assert value["schema_version"] == 1
    assert value["verdict"]["colour"] == "amber"
    curves = next(part for part in walked(value) if part.get("name") == "roc.csv")
    assert curves["columns"] == list(run.tables["roc"].columns)
    assert curves["rows"][3] == run.tables["roc"].iloc[3].tolist()


def walked(value):
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from walked(part)


def test_the_same_run_gives_the_same_files(small, tmp_path):
    for name in ("report.md", "report.json"):
        first = write_as(small, tmp_path / name).read_bytes()
        assert write_as(small, tmp_path / name).read_bytes() == first


def pictures_of(found):
    for block in found:
        if isinstance(block, Picture):
            yield block
        yield from pictures_of(getattr(block, "blocks", getattr(block, "pictures", ())))


def test_every_figure_has_its_table_but_slices(page):
    figures = [each for section in page.sections for each in pictures_of(section.blocks)]
    assert len(figures) == 16
    for each in figures:
        assert each.data is not None
        assert each.download is not None
        assert each.data.rows
        assert each.download.name == f"{each.identity}.csv"


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.html.gz"])
def test_another_suffix_is_refused_with_what_there_is(run, tmp_path, name):
    with pytest.raises(InputError, match=r"\.html.*\.md.*\.json"):
        write_as(run, tmp_path / name)
    assert list(FORMATS) == [".html", ".htm", ".md", ".markdown", ".json"]


def table_names(source):
    """Keys of the tables that functions of a module return or fill."""
    for function in ast.walk(ast.parse(source)):
        is_function = isinstance(function, ast.FunctionDef) and function.returns is not None
        if is_function and "dict[str, pd.DataFrame]" in ast.unparse(function.returns):
            yield from keys_of(function)


def keys_of(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            keys = node.keys
        elif isinstance(node, ast.Assign):
            keys = [each.slice for each in node.targets if isinstance(each, ast.Subscript)]
        else:
            continue
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value


def test_every_table_that_an_experiment_makes_has_a_rule_for_its_privacy(run):
    made = {
        name
        for file in TABLES_IN
        for name in table_names((EXPERIMENT / file).read_text(encoding="utf-8"))
        if " " not in name and name not in BESIDE_TABLES
    }
    assert {"cohort_flow", "out_of_fold", "response", "reader_ceiling", "external_groups"} <= made
    assert made | set(run.tables) <= set(RULES)


def test_every_entry_of_a_summary_is_known_to_the_private_edition(run):
    source = ast.parse((EXPERIMENT / "record.py").read_text(encoding="utf-8"))
    function = next(each for each in source.body if getattr(each, "name", "") == "summary")
    returned = next(node for node in ast.walk(function) if isinstance(node, ast.Return)).value
    entries = {key.value for key in returned.keys if isinstance(key, ast.Constant)}
    assert {"verdict", "settings"} <= entries
    assert entries | set(run.summary) <= set(SUMMARY)
