from __future__ import annotations

import io

from rich.console import Console

from radiomics_hcc.features.progress import ConsoleProgress


def run(console: Console, cases: int, failing: int = -1) -> str:
    progress = ConsoleProgress(console)
    progress.start(cases)
    for case in range(cases):
        progress.advance("failed" if case == failing else "ok", f"p{case}")
    progress.finish()
    return console.file.getvalue()


def test_no_terminal_gets_plain_lines_and_few_of_them():
    text = run(Console(file=io.StringIO()), 100, failing=3)
    lines = text.splitlines()
    assert lines[0] == "features: 100 to do"
    assert "failed: p3" in lines
    assert lines[-1] == "features: 100 of 100 (1 failed, 99 ok)"
    assert len(lines) == 12
    assert "\x1b" not in text


def test_brackets_in_a_name_are_shown_as_they_are():
    console = Console(file=io.StringIO())
    progress = ConsoleProgress(console)
    progress.start(1)
    progress.advance("failed", "p[1]/x")
    assert "failed: p[1]/x" in console.file.getvalue()


def test_terminal_gets_a_bar_with_counts():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    text = run(console, 3, failing=1)
    assert "3/3" in text
    assert "1 failed, 2 ok" in text
    assert "failed: p1" in text
