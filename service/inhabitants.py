"""Inhabitants by postcode area, where the network loaded a source: a CSV file in, a checked copy out.

Public facts: the estimate of an area leans on them, and penetration is shown per inhabitant. Without a
source neither is done, and nothing is guessed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aggregation.geography import Geography

FILE = "inhabitants.json"
HEADER = ("area", "inhabitants")
MOST = 10_000_000
TOLD = 20


class InhabitantsRefusedError(Exception):
    """The file cannot be used; the message says every problem and what to do. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class Inhabitants:
    """`by_area` with the country in the code ("NL-1011"); `source` as the methods page names it."""

    source: str = ""
    by_area: dict[str, float] = field(default_factory=dict)


def load(data: Path) -> Inhabitants:
    """What was kept, or nothing."""
    path = data / FILE
    if not path.is_file():
        return Inhabitants()
    kept = json.loads(path.read_text("utf-8"))
    return Inhabitants(kept["source"], {area: float(n) for area, n in kept["by_area"].items()})


def keep(data: Path, file: Path, source: str, geography: Geography) -> Inhabitants:
    """Read and check a file of two columns, and keep it in place of an earlier one."""
    found = Inhabitants(source.strip(), _read(file, geography))
    path = data / FILE
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps({"source": found.source, "by_area": found.by_area}), "utf-8")
    beside.replace(path)
    return found


def _read(file: Path, geography: Geography) -> dict[str, float]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
        rows = list(csv.reader(lines, delimiter=";" if ";" in "".join(lines[:1]) else ",", strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InhabitantsRefusedError(
            f"{file} is not CSV in UTF-8. Save it as such and read it again."
        ) from None
    if not rows or tuple(cell.strip().lower() for cell in rows[0][:2]) != HEADER:
        raise InhabitantsRefusedError(
            f"{file} does not begin with area,inhabitants. Name its first two columns so."
        )
    found: dict[str, float] = {}
    problems = list(_problems(rows[1:], geography, found)) or ([] if found else ["It holds no area."])
    if problems:
        told = problems[:TOLD] + [f"And {len(problems) - TOLD} more."] * (len(problems) > TOLD)
        raise InhabitantsRefusedError(
            "\n".join((f"{file}: nothing was kept.", *told, "Mend the rows and read it again."))
        )
    return found


def _problems(rows: list[list[str]], geography: Geography, found: dict[str, float]) -> Iterator[str]:
    """Every row that cannot be used; the others go into `found`."""
    country = geography.areas[0].country
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        code, count = (cell.strip() for cell in (*row, "", "")[:2])
        area = code if code.startswith(f"{country}-") else f"{country}-{code}"
        if geography.area(area) is None:
            yield f"Row {number}: {code!r} is no postcode area of {country}."
        elif area in found:
            yield f"Row {number}: {code!r} stands there twice."
        elif not (count.isdecimal() and int(count) <= MOST):
            yield f"Row {number}: {count!r} is no number of inhabitants."
        else:
            found[area] = float(count)
