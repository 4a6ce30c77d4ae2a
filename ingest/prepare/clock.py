"""Local times as text → ISO 8601 with the offset of the venue's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

EARLIEST, LATEST = 2000, 2100
_WHOLE = len("2025-10-03T20:15:00")
_SIGNS = ("--T::", "-- ::")


class Clock:
    """Stamps local times. Offsets are kept per hour: zones change theirs on the hour."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._offsets: dict[str, str] = {}

    def stamp(self, local: str) -> str:
        """Empty where the text is no time between 2000 and 2100. A time that has an offset keeps it."""
        try:
            moment = datetime.fromisoformat(local)
        except ValueError:
            return ""
        if not EARLIEST <= moment.year < LATEST:
            return ""
        if moment.tzinfo is not None:
            return moment.isoformat("T", "seconds")
        # Most systems write the seconds out; then only the sign in the middle may differ.
        whole = len(local) == _WHOLE and local[4::3] in _SIGNS
        text = f"{local[:10]}T{local[11:]}" if whole else moment.isoformat("T", "seconds")
        return text + self._offset(moment, text[:13])

    def _offset(self, moment: datetime, hour: str) -> str:
        offset = self._offsets.get(hour)
        if offset is None:
            offset = moment.replace(tzinfo=self._zone).isoformat("T", "seconds")[19:]
            self._offsets[hour] = offset
        return offset
