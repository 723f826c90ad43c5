"""One BLAS thread while fitting: sums split over threads would change the last bits with the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_lock = threading.Lock()
_inside = 0
_limiter: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread in this process; may be entered by several threads at a time.

    The first to enter sets the limit, the last to leave restores what was there before. Without the count,
    whoever left first would give the others their threads back in the middle of a sum.
    """
    import scipy.linalg  # noqa: F401  the BLAS libraries must be loaded before they can be limited
    from threadpoolctl import threadpool_limits

    global _inside, _limiter
    with _lock:
        if _inside == 0:
            _limiter = threadpool_limits(1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limiter.restore_original_limits()
                _limiter = None
