"""A JSON settings file → its fields, read leniently: what is wrong is gathered, so that all of it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class Fields:
    """Each method returns something usable and notes the problem, if there is one, with its place."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def text(self, where: str, raw: Mapping[str, object], key: str, *, required: bool = False) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.problems.append(f"{where}{key} must be {'a text' if not required else 'a text, not empty'}.")
            return ""
        return value.strip()

    def matching(self, raw: Mapping[str, object], key: str, pattern: re.Pattern[str], like: str) -> str:
        value = self.text("", raw, key)
        if not pattern.fullmatch(value):
            self.problems.append(f"{key} must be {like}.")
        return value

    def flag(self, where: str, raw: Mapping[str, object], key: str, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.problems.append(f"{where}{key} must be true or false.")
            return default
        return value

    def each(
        self, raw: Mapping[str, object], key: str, make: Callable[[str, Mapping[str, object]], T]
    ) -> tuple[T, ...]:
        items = raw.get(key, [])
        if not isinstance(items, list):
            self.problems.append(f"{key} must be a list.")
            return ()
        made = []
        for number, item in enumerate(items, start=1):
            if isinstance(item, dict):
                made.append(make(f"{key}[{number}].", item))
            else:
                self.problems.append(f"{key}[{number}] must be an object.")
        return tuple(made)

    def names(self, where: str, raw: Mapping[str, object], key: str) -> dict[str, str]:
        value = raw.get(key, {})
        if isinstance(value, dict) and all(isinstance(v, str) and v.strip() for v in value.values()):
            return {str(name).strip(): text.strip() for name, text in value.items()}
        self.problems.append(f"{where}{key} must be an object of texts.")
        return {}

    def choice(self, where: str, raw: Mapping[str, object], key: str, kind: type[E]) -> E | None:
        try:
            return kind(raw.get(key))
        except ValueError:
            known = ", ".join(str(one.value) for one in kind)
            self.problems.append(f"{where}{key} must be one of {known}.")
            return None

    def unknown(self, where: str, raw: Mapping[str, object], known: set[str]) -> None:
        self.problems += [f"{where}{key} is not known here." for key in sorted(set(raw) - known)]
