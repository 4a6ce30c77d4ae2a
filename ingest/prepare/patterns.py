"""Times as an export writes them, by a strptime pattern → ISO 8601.

strptime takes ten times as long as the rest of a row. Where the pattern has nothing but numbers of a fixed
width, they are taken from their places; what does not fit there is left to strptime.
"""

from __future__ import annotations

from datetime import datetime

WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_DAY = frozenset("Ymd")


class TimePattern:
    """`read` raises ValueError where a text does not fit the pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._places: dict[str, slice] = {}
        self._signs: list[tuple[int, str]] = []
        self._width = self._lay_out(pattern)

    def read(self, text: str) -> str:
        if len(text) == self._width and all(text[place] == sign for place, sign in self._signs):
            year, month, day, hour, minute, second = (
                text[self._places[field]] if field in self._places else "00" for field in WIDTHS
            )
            iso = f"{year}-{month}-{day}T{hour}:{minute}:{second}"
            try:
                datetime.fromisoformat(iso)
            except ValueError:
                pass
            else:
                return iso
        return datetime.strptime(text, self._pattern).isoformat("T", "seconds")

    def _lay_out(self, pattern: str) -> int:
        """Where each number and each sign stands, and the width of all; 0 where it is not fixed."""
        width, signs = 0, iter(pattern)
        for sign in signs:
            if sign != "%":
                self._signs.append((width, sign))
                width += 1
                continue
            field = next(signs, "")
            if field not in WIDTHS or field in self._places:
                return 0
            self._places[field] = slice(width, width + WIDTHS[field])
            width += WIDTHS[field]
        return width if self._places.keys() >= _DAY else 0
