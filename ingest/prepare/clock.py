"""Local times as text → ISO 8601 with the offset of the venue's zone."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.prepare.known import Known

EARLIEST, LATEST = 2000, 2100
_WHOLE = len("2025-10-03T20:15:00")
_SIGNS = ("--T::", "-- ::")


class Clock:
    """Stamps local times. Offsets are kept per day, and per hour on a day that ends with another one."""

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, timezone: str) -> Clock:
        """The zone's clock for the whole run: what it found out holds in every file."""
        return cls(timezone)

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._hours = Known[str, str](self._of_hour)
        self._days = Known[str, str](self._of_day)

    def stamp(self, local: str) -> str:
        """Empty where the text is no time between 2000 and 2100. A time that has an offset keeps it."""
        try:
            moment = datetime.fromisoformat(local)
        except ValueError:
            return ""
        if not EARLIEST <= moment.year < LATEST:
            return ""
        # Most systems write the seconds out; then only the sign in the middle may differ.
        if len(local) == _WHOLE and local[4::3] in _SIGNS:
            day, time = local[:10], local[11:]
            return f"{day}T{time}{self._days[day] or self._hours[f'{day}T{time[:2]}']}"
        if moment.tzinfo is not None:
            return moment.isoformat("T", "seconds")
        text = moment.isoformat("T", "seconds")
        return text + (self._days[text[:10]] or self._hours[text[:13]])

    def _of_hour(self, hour: str) -> str:
        return datetime.fromisoformat(hour).replace(tzinfo=self._zone).isoformat("T", "seconds")[19:]

    def _of_day(self, day: str) -> str:
        """Empty where the day ends with another offset than it began with."""
        start = datetime.fromisoformat(day).replace(tzinfo=self._zone)
        changes = start.utcoffset() != start.replace(hour=23).utcoffset()
        return "" if changes else start.isoformat("T", "seconds")[19:]
