from __future__ import annotations

import pandas as pd

from radiomics_hcc.evaluation.column_losses import column_losses


def test_stages_keep_their_order_and_folds_are_summarised() -> None:
    rows = [
        ("b", fold, step, columns)
        for fold, steps in enumerate([(9, 5, 2), (9, 7, 3), (9, 4, 2)])
        for step, columns in zip(("given", "pruning", "used"), steps, strict=True)
    ]
    counts = pd.DataFrame(
        [*rows, ("a", 0, "given", 1)], columns=["model", "fold", "step", "columns"]
    )
    told = column_losses(counts)
    assert list(told.itertuples(index=False, name=None)) == [
        ("b", "given", 9.0, 9, 9, 3),
        ("b", "pruning", 5.0, 4, 7, 3),
        ("b", "used", 2.0, 2, 3, 3),
        ("a", "given", 1.0, 1, 1, 1),
    ]
