"""mChoi: size and attenuation must both fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.response.choi import Choi


@dataclass(frozen=True)
class ModifiedChoi(Choi):
    """Modified Choi criteria: PR needs the decrease of size and that of attenuation.

    CR: all targets gone. PR: sum of diameters <= 0.90 x baseline and mean attenuation <= 0.85 x
    baseline. PD: sum >= 1.10 x nadir without the decrease of attenuation, any regrowth from 0, a
    non-target that progressed, or a new lesion. With lipiodol in a target: not evaluable.

    Parameters
    ----------
    attenuation_phase
        `portal`: column `mean_hu`, as in Choi. `arterial`: column `mean_hu_arterial`, as the
        modification was published for renal cell carcinoma.
    size_decrease_percent, size_increase_percent, attenuation_decrease_percent
        See `Choi`.
    attenuation_weighting, lipiodol_fraction_maximum
        See `Choi`.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`.

    References
    ----------
    Nathan PD et al. Cancer Biol Ther 2010;9:15-19. Choi H et al. J Clin Oncol
    2007;25:1753-1759.
    """

    kind: ClassVar[str] = "mchoi"
    needs_both: ClassVar[bool] = True
