"""Machine code from plain loops: the only file that imports numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a function on its first call and keep the result on disk.

    One set of argument types compiles once, so callers convert their arrays first. Kernels that
    call one another lie in one file: the kept machine code is renewed when that file changes, not
    when another one does. Division by zero gives infinity or NaN, as in NumPy; sums keep the order
    in which the loop is written, so that results do not depend on the machine.
    """
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
