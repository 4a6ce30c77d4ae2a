"""Seasons: 1 August to 31 July, named by both years ("2025/26")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_MONTH = 8


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """One season of performances; `start_year` 2025 is the season 2025/26."""

    start_year: int

    @classmethod
    def of(cls, day: date) -> Season:
        """The season in which a performance on this local day falls."""
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1)

    @classmethod
    def parse(cls, label: str) -> Season:
        """Read "2025/26" or "2025-26"; raises ValueError with what is expected."""
        head, _, tail = label.replace("-", "/").partition("/")
        if not (head.isdigit() and len(head) == 4 and tail == f"{(int(head) + 1) % 100:02d}"):
            raise ValueError(f"A season reads like 2025/26 or 2025-26, not {label!r}.")
        return cls(int(head))

    @property
    def label(self) -> str:
        """As people write it: "2025/26"."""
        return f"{self.start_year}/{(self.start_year + 1) % 100:02d}"

    @property
    def slug(self) -> str:
        """As it stands in paths and addresses: "2025-26"."""
        return self.label.replace("/", "-")

    @property
    def first_day(self) -> date:
        return date(self.start_year, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        return date(self.start_year + 1, FIRST_MONTH, 1) - timedelta(days=1)

    @property
    def previous(self) -> Season:
        return Season(self.start_year - 1)
