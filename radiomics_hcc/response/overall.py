"""The overall response: the published tables, target by non-target by new lesion."""

from __future__ import annotations

from radiomics_hcc.domain.response import ResponseClass, ResponseWord, UnorderedResponse


def overall_response(
    target: ResponseWord, non_target: ResponseWord, *, has_new_lesion: bool
) -> ResponseWord:
    """Combine the three parts, as in RECIST 1.1 tables 1 and 2 and mRECIST table 3.

    Progression of any part decides, also where another part was not evaluable. A complete
    response of the targets with non-targets that persist, or were not evaluated, is PR. Without
    targets the non-targets answer alone.

    Examples
    --------
    >>> CR, NE = ResponseClass.CR, UnorderedResponse.NE
    >>> str(overall_response(CR, NE, has_new_lesion=False))
    'PR'
    """
    if has_new_lesion or ResponseClass.PD in (target, non_target):
        return ResponseClass.PD
    if target is UnorderedResponse.NA:
        return non_target
    is_clear = non_target in (ResponseClass.CR, UnorderedResponse.NA)
    if target is ResponseClass.CR and not is_clear:
        return ResponseClass.PR
    return target
