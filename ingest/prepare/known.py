"""Distinct keys → what was made of them: each is made once and then only looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Known(dict[K, V]):
    """`known[key]` makes what is missing. A dict, because a hit must not cost a call."""

    # A file of more different prices or addresses makes some of them twice; memory stays bounded.
    most = 200_000

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        if len(self) >= self.most:
            self.clear()
        self[key] = made = self._make(key)
        return made
