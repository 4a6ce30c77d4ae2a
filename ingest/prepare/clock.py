"""Local times as text → ISO 8601 with the offset of the venue's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

EARLIEST, LATEST = 2000, 2100


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
        text = moment.isoformat("T", "seconds")
        return text if moment.tzinfo else text + self._offset(moment, text[:13])

    def _offset(self, moment: datetime, hour: str) -> str:
        offset = self._offsets.get(hour)
        if offset is None:
            offset = moment.replace(tzinfo=self._zone).isoformat("T", "seconds")[19:]
            self._offsets[hour] = offset
        return offset
