"""One BLAS thread while fitting: sums split over threads would change the last bits with the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_turn = threading.Lock()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread in this process, one caller at a time.

    The limit belongs to the whole process: were two callers inside, the first to leave would give the
    other its threads back in the middle of a sum.
    """
    import scipy.linalg  # noqa: F401  the BLAS libraries must be loaded before they can be limited
    from threadpoolctl import threadpool_limits

    with _turn, threadpool_limits(1, user_api="blas"):
        yield
