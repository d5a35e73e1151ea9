import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from radiomics_hcc.response.time_to_event import MedianTime, median_time


def test_median_of_events_alone_is_the_day_at_which_half_have_had_it():
    assert median_time([10, 20, 30, 40], [True] * 4).median == 20
    assert median_time([10, 20, 30], [True] * 3).median == 20


def test_no_event_has_no_median():
    assert median_time([10, 20], [False, False]) == MedianTime(None, None, None)
    assert median_time([], []) == MedianTime(None, None, None)


def test_curve_that_stays_above_one_half_has_no_median():
    found = median_time([10, 20, 30, 40], [True, False, False, False])
    assert found.median is None
    assert found.high is None


def test_kaplan_and_meier_of_the_leukaemia_trial():
    """6-mercaptopurine arm of Freireich 1963, remission in weeks: the median is 23."""
    events = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    found = median_time(events + censored, [True] * 9 + [False] * 12)
    assert (found.median, found.low, found.high) == (23, 13, None)


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_statsmodels(seed):
    generator = np.random.default_rng(seed)
    days = np.append(generator.integers(1, 400, size=60), 500)
    events = np.append(generator.random(60) < 0.7, False)
    curve = SurvfuncRight(days, events.astype(int))
    low, high = curve.quantile_ci(0.5, method="cloglog")
    found = median_time(days.tolist(), events.tolist())
    assert found.median == curve.quantile(0.5)
    assert (found.low, found.high) == (low, None if np.isinf(high) else high)
