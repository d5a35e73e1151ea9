"""The catalogue knows every feature, and its page is up to date."""

from __future__ import annotations

from write_tables import DOCS, features_page

from radiomics_hcc.domain.feature import NOT_IN_IBSI
from radiomics_hcc.features.ibsi.catalogue import IBSI_CLASSES, catalogue
from radiomics_hcc.features.names import FEATURES


def test_every_feature_of_ibsi_and_every_name_of_pyradiomics_is_there() -> None:
    found = {(one.family, one.class_name, one.name) for one in catalogue()}
    ours = {("ibsi", word, name) for word, ids in IBSI_CLASSES.items() for name in ids}
    theirs = {("pyradiomics", word, name) for word, names in FEATURES.items() for name in names}
    assert found == ours | theirs
    assert len(catalogue()) == len(found)


def test_every_entry_has_a_formula_and_a_section_where_it_has_an_id() -> None:
    for one in catalogue():
        assert one.formula
        assert bool(one.section) == (one.ibsi_id != NOT_IN_IBSI)


def test_page_of_features_is_up_to_date() -> None:
    assert (DOCS / "ibsi_features.md").read_text(encoding="utf-8") == features_page(catalogue())
