"""The truth in tables: what no reader knows."""

from __future__ import annotations

from radiomics_hcc.datasets.synthetic.course import TARGETS_PER_ORGAN, Course
from radiomics_hcc.datasets.synthetic.lesion_state import LesionState
from radiomics_hcc.datasets.synthetic.lesions import Lesion
from radiomics_hcc.datasets.synthetic.render import Look

Row = dict[str, object]
SIZES = (
    "whole_mm",
    "perpendicular_mm",
    "viable_mm",
    "viable_perpendicular_mm",
    "volume_ml",
    "viable_volume_ml",
)


def lesion_rows(course: Course) -> list[Row]:
    """One row per lesion: pattern, exact diameters and volumes before and after treatment."""
    rows: list[Row] = []
    states = zip(course.lesions, course.before, course.after, strict=True)
    for index, (lesion, before, after) in enumerate(states):
        role = "target" if index < TARGETS_PER_ORGAN else "non_target"
        rows.append(_lesion_row(lesion, role) | _sizes("pre", before) | _sizes("post", after))
    if course.new is not None:
        lesion, state = course.new
        role = "new_typical" if course.new_is_typical else "new_atypical"
        rows.append(_lesion_row(lesion, role) | _sizes("post", state))
    return rows


def patient_row(course: Course, look: Look) -> Row:
    """One row per patient: viable sums, their change, the true response, what was planted."""
    baseline, current = course.baseline_sum_mm, course.current_sum_mm
    return {
        "intended": course.intended,
        "response": course.response,
        "objective_response": int(course.response in ("CR", "PR")),
        "baseline_viable_sum_mm": baseline,
        "current_viable_sum_mm": current,
        "change_percent": round(100 * (current - baseline) / baseline, 3),
        "new_typical_lesion": int(course.new_is_typical),
        "texture_amplitude_hu": round(look.texture.amplitude_hu, 3),
        "texture_length_mm": round(look.texture.length_mm, 3),
        "lipiodol_fraction": round(look.lipiodol, 3),
    }


def _lesion_row(lesion: Lesion, role: str) -> Row:
    z, y, x = lesion.centre_mm
    row: Row = {"lesion_id": lesion.lesion_id, "role": role}
    return row | {"centre_z_mm": z, "centre_y_mm": y, "centre_x_mm": x}


def _sizes(timepoint: str, state: LesionState) -> Row:
    row: Row = {f"{timepoint}_pattern": state.pattern.value}
    return row | {f"{timepoint}_{name}": round(getattr(state, name), 4) for name in SIZES}
