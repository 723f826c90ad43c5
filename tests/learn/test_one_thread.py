"""BLAS is held to one thread while anyone fits, and given back afterwards."""

from __future__ import annotations

import threading

import scipy.linalg  # noqa: F401
from threadpoolctl import threadpool_info

from lowtide.learn.one_thread import one_blas_thread


def _blas():
    return {info["filepath"]: info["num_threads"] for info in threadpool_info() if info["user_api"] == "blas"}


def test_always_one_thread_inside_and_restored_outside():
    before, inside = _blas(), []

    def fit():
        for _ in range(5):
            with one_blas_thread():
                inside.append(set(_blas().values()))

    threads = [threading.Thread(target=fit) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == [{1}] * 15
    assert _blas() == before
