"""Machine code from plain loops: the only file that imports numba."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import numba
from numba.core import event

Kernel = TypeVar("Kernel", bound=Callable[..., object])
COMPILATION = "numba:compile"  # of numba's events; kernels found on disk raise none


def compiled(function: Kernel) -> Kernel:
    """Compile a function on its first call and keep the result on disk.

    One set of argument types compiles once, so callers convert their arrays first. Kernels that
    call one another lie in one file: the kept machine code is renewed when that file changes, not
    when another one does. Division by zero gives infinity or NaN, as in NumPy; sums keep the order
    in which the loop is written, so that results do not depend on the machine.
    """
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@contextmanager
def loading_kernels() -> Iterator[None]:
    """Let numba start without Python's search for garbage, which takes a third of that time.

    The first kernel of a process makes numba build tables of several hundred thousand objects,
    all of which stay; the search goes through them again and again and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def telling_compilation(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` once if anything has to be compiled meanwhile, before it is."""
    listener = _Once(tell)
    event.register(COMPILATION, listener)
    try:
        yield
    finally:
        event.unregister(COMPILATION, listener)


class _Once(event.Listener):  # type: ignore[misc]  # numba ships no types
    def __init__(self, tell: Callable[[], None]) -> None:
        self.tell = tell
        self.is_told = False

    def on_start(self, event: object) -> None:  # noqa: ARG002 -- numba calls it so
        if not self.is_told:
            self.is_told = True
            self.tell()

    def on_end(self, event: object) -> None:
        """Nothing to tell."""
