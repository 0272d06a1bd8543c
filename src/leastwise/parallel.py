"""Executors: anything shaped like `map`.

Units of work are pure and picklable and results keep the order of the input, so that a serial and a
parallel run give the same report.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

AHEAD = 4  # items of each worker that wait, are worked on, or wait to be fetched
T = TypeVar("T")
R = TypeVar("R")


class Mapper(Protocol):
    """The signature of `map` over one iterable."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
        """Apply the function to each item, keeping the order."""
        ...


def serial(function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
    """One after the other."""
    return map(function, items)


def threads(workers: int) -> Mapper:
    """A mapper over a pool of threads; for waiting on the network, not for thinking."""

    def mapper(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        pool = ThreadPoolExecutor(max_workers=workers)
        try:
            yield from pool.map(function, items)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after Ctrl-C nobody waits for the network's time-outs

    return mapper


def processes(workers: int) -> Mapper:
    """A mapper over a pool of processes, for thinking. What is given and got back travels as pickles.

    Items are taken only so far ahead of the results, so that they may be many and large.
    """

    def mapper(function: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]:
        pool = ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"))  # a fork copies held locks
        try:
            waiting: deque[Future[R]] = deque()
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    return mapper
