"""Worker processes that may die: the case that kills one fails, the others are measured."""

from __future__ import annotations

import re
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from joblib.externals.loky import ProcessPoolExecutor

from radiomics_hcc.features.measure import Outcome, Task, reason_of

Group = Sequence[Task]
Work = Callable[[Group], list[Outcome]]
THREAD_VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)
EXIT_CODES: Final = re.compile(r"exit codes? of the workers are \{(.*?)\}")


def run_groups(groups: Sequence[Group], work: Work, jobs: int) -> Iterator[Outcome]:
    """Measure groups of cases, in this process for one job, else in worker processes.

    At most `jobs` groups are out at a time. When a worker dies (a crash in compiled code, killed
    for memory), the groups that were out are done again, each case in a process of its own, so
    that only the case that kills its process fails. With one job everything is done in this
    process, which such a case then takes along.

    Parameters
    ----------
    groups
        Cases that share their image.
    work
        What measures a group; is sent to the workers.
    jobs
        Number of processes.

    Yields
    ------
    Outcome
        One per case, in the order in which they are done.
    """
    if jobs == 1:
        for group in groups:
            yield from work(group)
        return
    waiting = deque(groups)
    while waiting:
        suspects = yield from _until_broken(waiting, work, jobs)
        for group in suspects:
            for task in group:
                yield from _alone(task, work)


def _until_broken(
    waiting: deque[Group], work: Work, jobs: int
) -> Generator[Outcome, None, list[Group]]:
    """Work through the queue; returns the groups that were out when a worker died."""
    executor = _executor(jobs)
    out: dict[Future[list[Outcome]], Group] = {}
    suspects: list[Group] = []
    try:
        while out or (waiting and not suspects):
            while waiting and len(out) < jobs and not suspects:
                group = waiting.popleft()
                try:
                    out[executor.submit(work, group)] = group
                except BrokenProcessPool:
                    suspects.append(group)
            for future in wait(out, return_when=FIRST_COMPLETED).done:
                group = out.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    suspects.append(group)
                else:
                    yield from _outcomes(future, group)
    finally:
        executor.shutdown(wait=True, kill_workers=True)
    return suspects


def _alone(task: Task, work: Work) -> Iterator[Outcome]:
    executor = _executor(1)
    try:
        future = executor.submit(work, [task])
        yield from _outcomes(future, [task])
    finally:
        executor.shutdown(wait=True, kill_workers=True)


def _outcomes(future: Future[list[Outcome]], group: Group) -> list[Outcome]:
    error = future.exception()
    if error is None:
        return future.result()
    reason = _death(error) if isinstance(error, BrokenProcessPool) else reason_of(error)
    return [Outcome(task.index, reason=reason) for task in group]


def _death(error: BaseException) -> str:
    codes = EXIT_CODES.search(str(error))
    by = f" ({codes.group(1)})" if codes else ""
    return f"its process died{by}: a crash in compiled code, or memory ran out"


def _executor(workers: int) -> ProcessPoolExecutor:
    """Fresh processes, one thread each, that leave Ctrl-C to this process."""
    return ProcessPoolExecutor(
        max_workers=workers,
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
        env=dict.fromkeys(THREAD_VARIABLES, "1"),
    )
