import pytest

from radiomics_hcc.domain.response import ResponseClass, UnorderedResponse
from radiomics_hcc.response.overall import overall_response

WORDS = {str(word): word for word in (*ResponseClass, *UnorderedResponse)}
NON = "NON-CR/NON-PD"


@pytest.mark.parametrize(
    ("target", "non_target", "is_new", "overall"),
    [
        ("CR", "CR", False, "CR"),
        ("CR", "NA", False, "CR"),
        ("CR", NON, False, "PR"),
        ("CR", "NE", False, "PR"),
        ("PR", "CR", False, "PR"),
        ("PR", NON, False, "PR"),
        ("PR", "NE", False, "PR"),
        ("PR", "NA", False, "PR"),
        ("SD", "CR", False, "SD"),
        ("SD", NON, False, "SD"),
        ("SD", "NE", False, "SD"),
        ("NE", "CR", False, "NE"),
        ("NE", NON, False, "NE"),
        ("NE", "NE", False, "NE"),
        ("PD", "CR", False, "PD"),
        ("PD", "NE", False, "PD"),
        ("CR", "PD", False, "PD"),
        ("NE", "PD", False, "PD"),
        ("CR", "CR", True, "PD"),
        ("NE", "NE", True, "PD"),
        ("NA", "CR", False, "CR"),
        ("NA", NON, False, NON),
        ("NA", "NE", False, "NE"),
        ("NA", "PD", False, "PD"),
        ("NA", "CR", True, "PD"),
        ("NA", "NA", False, "NA"),
    ],
)
def test_published_table(target, non_target, is_new, overall):
    found = overall_response(WORDS[target], WORDS[non_target], has_new_lesion=is_new)
    assert str(found) == overall
