"""Which criterion is recommended after which treatment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.domain.words import Word

EASL_2018: Final = "EASL guideline, J Hepatol 2018;69:182-236"
TRIAL_DESIGN: Final = "Llovet et al., trial design in HCC, Hepatology 2021;73 Suppl 1:158-191"
IRECIST: Final = "Seymour et al., iRECIST, Lancet Oncol 2017;18:e143-e152"
CHOI: Final = "Ronot et al., Choi, EASL and mRECIST under sorafenib, Oncologist 2014;19:394-402"


class TreatmentKind(Word):
    """What a treatment does, as far as reading its response is concerned."""

    LOCOREGIONAL = "locoregional"
    CHECKPOINT_INHIBITOR = "checkpoint inhibitor"
    ANTI_ANGIOGENIC = "anti-angiogenic"


TREATMENTS: Final[Mapping[TreatmentKind, tuple[str, ...]]] = {
    TreatmentKind.LOCOREGIONAL: (
        *("tace", "ctace", "deb", "debtace", "dsmtace", "tae", "taci", "hai", "haic"),
        *("chemoembolisation", "chemoembolization", "embolisation", "embolization"),
        *("tare", "y90", "yttrium", "sirt", "radioembolisation", "radioembolization", "rase"),
        *(
            "ablation",
            "rfa",
            "radiofrequency",
            "mwa",
            "microwave",
            "pei",
            "cryoablation",
            "ire",
            "hifu",
        ),
        *("sbrt", "radiotherapy", "ebrt"),
    ),
    TreatmentKind.CHECKPOINT_INHIBITOR: (
        *("atezolizumab", "durvalumab", "tremelimumab", "nivolumab", "ipilimumab"),
        *("pembrolizumab", "tislelizumab", "camrelizumab", "sintilimab", "toripalimab"),
        *("avelumab", "cabiralizumab", "immunotherapy"),
    ),
    TreatmentKind.ANTI_ANGIOGENIC: (
        *("sorafenib", "lenvatinib", "regorafenib", "cabozantinib", "ramucirumab"),
        *("bevacizumab", "apatinib", "rivoceranib", "donafenib", "sunitinib"),
    ),
}
"""Words by which treatments are known, in small letters without hyphens. Extend by one word."""


@dataclass(frozen=True)
class Recommendation:
    """Criteria for one treatment.

    Parameters
    ----------
    treatment
        As it was written.
    kinds
        What it consists of; empty where no word of it is known.
    criteria
        Recommended kinds of criteria, any of which serves.
    beside
        To be reported beside it.
    sources
        Who says so.
    """

    treatment: str
    kinds: tuple[TreatmentKind, ...] = ()
    criteria: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether a word of the treatment is known."""
        return bool(self.kinds)

    def sentence(self) -> str:
        """The recommendation in words."""
        if not self.treatment:
            return "no treatment is stated: no criterion can be recommended"
        if not self.is_known:
            return f"treatment {self.treatment!r} is not known: no criterion can be recommended"
        beside = f", beside it {', '.join(self.beside)}" if self.beside else ""
        kinds = " and ".join(self.kinds)
        sources = "; ".join(self.sources)
        return f"{self.treatment} ({kinds}): {' or '.join(self.criteria)}{beside} [{sources}]"


def recommend(treatment: str) -> Recommendation:
    """Recommend criteria by the words of a treatment.

    Locoregional alone or with anything else: mRECIST. Checkpoint inhibitors: RECIST 1.1 stays
    primary, iRECIST and mRECIST beside it. Anti-angiogenic drugs: mRECIST or Choi, RECIST 1.1
    beside it. A combination with a checkpoint inhibitor is read as one.

    Examples
    --------
    >>> recommend("DEB-TACE").criteria
    ('mrecist',)
    >>> recommend("atezolizumab + bevacizumab").beside
    ('irecist', 'mrecist')
    """
    kinds = _kinds(treatment)
    if TreatmentKind.LOCOREGIONAL in kinds:
        with_inhibitor = TreatmentKind.CHECKPOINT_INHIBITOR in kinds
        beside = ("recist11", "irecist") if with_inhibitor else ("recist11",)
        sources = (EASL_2018, IRECIST) if with_inhibitor else (EASL_2018,)
        return Recommendation(treatment, kinds, ("mrecist",), beside, sources)
    if TreatmentKind.CHECKPOINT_INHIBITOR in kinds:
        beside, sources = ("irecist", "mrecist"), (IRECIST, TRIAL_DESIGN)
        return Recommendation(treatment, kinds, ("recist11",), beside, sources)
    if TreatmentKind.ANTI_ANGIOGENIC in kinds:
        sources = (EASL_2018, CHOI)
        return Recommendation(treatment, kinds, ("mrecist", "choi"), ("recist11",), sources)
    return Recommendation(treatment)


def recommendation_notes(treatments: Mapping[str, str], criterion: str) -> tuple[str, ...]:
    """One sentence per treatment whose recommended criterion is not the chosen one.

    Parameters
    ----------
    treatments
        Treatment by patient; empty where none is stated.
    criterion
        The chosen one.
    """
    patients: dict[str, list[str]] = {}
    for patient, treatment in treatments.items():
        patients.setdefault(treatment.strip(), []).append(patient)
    return tuple(
        f"{_counted(patients[name])}: {advice.sentence()}; assessed by {criterion}"
        for name, advice in ((name, recommend(name)) for name in sorted(patients))
        if criterion not in advice.criteria
    )


def _kinds(treatment: str) -> tuple[TreatmentKind, ...]:
    plain = treatment.lower().replace("-", "")
    words = set(re.findall(r"[a-z0-9]+", plain))
    return tuple(kind for kind, known in TREATMENTS.items() if words & set(known))


def _counted(patients: list[str]) -> str:
    return f"patient {patients[0]}" if len(patients) == 1 else f"{len(patients)} patients"
