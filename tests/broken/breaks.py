"""What is broken on purpose, and the tests that must notice: each line is one edit of the code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Break:
    """One edit: `old`, which stands in the file exactly once, becomes `new`; then `tests` must fail."""

    what: str
    path: str
    old: str
    new: str
    tests: str


QUERIES = "aggregation/queries"
CORE = f"{QUERIES}/steps/core_pairs.sql"
BREAKS = (
    Break(
        "a booker counts at one venue more than the bound",
        CORE,
        "<= :core_venues",
        "<= :core_venues + 1",
        "tests/privacy/test_bounds.py",
    ),
    Break(
        "visits of one booker are not bounded",
        f"{QUERIES}/visits.sql",
        "least(visits, :tickets_per_venue)",
        "visits",
        "tests/privacy/test_bounds.py",
    ),
    Break(
        "noise of half the scale",
        "privacy/mechanisms.py",
        "dp.m.make_gaussian(*_VECTOR, scale=scale)\n\n\ndef _release",
        "dp.m.make_gaussian(*_VECTOR, scale=scale / 2)\n\n\ndef _release",
        "tests/privacy/test_noise.py",
    ),
    Break(
        "a table's loss is taken as if its bound were 1",
        "privacy/mechanisms.py",
        ".map(sensitivity.l2))",
        ".map(1.0))",
        "tests/privacy/test_loss.py",
    ),
    Break(
        "scale 0 still moves the answer",
        "privacy/mechanisms.py",
        "return {name: np.asarray(noisy, dtype=np.int64) for",
        "return {name: np.asarray(noisy, dtype=np.int64) + 1 for",
        "tests/privacy/test_counted.py tests/unit/privacy",
    ),
    Break(
        "the same publication is drawn and charged again",
        "privacy/publish.py",
        "if (stored := _finished(publication.key, state, desk, actor, now)) is not None:\n"
        "            return stored\n",
        "_finished(publication.key, state, desk, actor, now)\n",
        "tests/privacy/test_publish.py",
    ),
    Break(
        "what was drawn for one charge is drawn again after a crash",
        "privacy/publish.py",
        "reserved.digest == publication.digest:\n        return reserved, noisy\n",
        "reserved.digest == publication.digest:\n        return reserved, _drawn(planned)\n",
        "tests/privacy/test_publish.py",
    ),
    Break(
        "the budget is not looked at before a charge",
        "privacy/ledger.py",
        "        budget.check(charge, spent, beyond_plan=bool(beyond_plan))\n",
        "        del spent\n",
        "tests/privacy/test_ledger.py tests/privacy/test_publish.py",
    ),
    Break(
        "cells in which nobody was found are left out",
        "privacy/estimate.py",
        "return pa.table(columns, schema=CELLS_SCHEMA)",
        "return pa.table(columns, schema=CELLS_SCHEMA).filter(pa.array(fit.signed.ravel() > 1))",
        "tests/privacy/test_noise.py tests/privacy/test_counted.py",
    ),
    Break(
        "intervals are a third too short",
        "privacy/fitting.py",
        "Z95 = 1.959963984540054",
        "Z95 = 1.3",
        "tests/privacy/test_coverage.py",
    ),
    Break(
        "what the bounds leave out is not allowed for",
        "privacy/truncation.py",
        'number["high"] + BEYOND_SPREAD * beyond',
        'number["high"]',
        "tests/unit/privacy tests/privacy/test_counted.py",
    ),
    Break(
        "what the attacker check finds is shown all the same",
        "privacy/clearing.py",
        "refused = self._attacked(grids, told)",
        "refused = frozenset[Told]()",
        "tests/privacy/test_attacker.py",
    ),
    Break(
        "what is told of one draw's others is told of another's",
        "privacy/clearing.py",
        "key = _content(cells)",
        'key = b""',
        "tests/privacy/test_attacker.py",
    ),
    Break(
        "the attacker check is content with whom it did not ask",
        "privacy/attacker_search.py",
        "                pairs = pairs.only(np.flatnonzero(~answered))\n",
        "                return None\n",
        "tests/privacy/test_attacker.py",
    ),
    Break(
        "a correction copies what was counted, not what was drawn",
        "privacy/corrections.py",
        "stand[fact.name] = _integers(cells, fact)",
        "stand[fact.name] = planned.draws[fact.name].counts",
        "tests/privacy/test_corrections.py",
    ),
    Break(
        "a correction is charged as if a booker had one genre at a venue",
        "privacy/policy.py",
        '"reach_by_genre": TableBound(bounds.genres_per_venue, 1)',
        '"reach_by_genre": one',
        "tests/privacy/test_bounds.py",
    ),
    Break(
        "returning counts at any venue",
        f"{QUERIES}/returning.sql",
        "ON b.booker = p.booker AND b.venue = p.venue",
        "ON b.booker = p.booker",
        "tests/twins",
    ),
    Break(
        "reach counts who did not come",
        f"{QUERIES}/reach_by_area.sql",
        "WHERE attendances > 0",
        "WHERE attendances >= 0",
        "tests/spec tests/twins",
    ),
    Break(
        "a second door to DuckDB",
        "reports/wording.py",
        "import math\n",
        "import math\n\nimport duckdb  # noqa\n",
        "tests/architecture/test_doors.py",
    ),
    Break(
        "the privacy layer knows the reports",
        "privacy/figures.py",
        "from enum import Enum\n",
        "from enum import Enum\n\nfrom reports import wording  # noqa\n",
        "tests/architecture/test_doors.py",
    ),
    Break(
        "a policy that the pages own scripts break: the browser reports it",
        "service/headers.py",
        "script-src 'self'",
        "script-src 'none'",
        "tests/functional/test_in_the_browser.py --require-browser",
    ),
    Break(
        "a venue's own counts open for whoever is logged in",
        "service/identity.py",
        "people.venues_of(connection, person.organisation)",
        "people.all_venues(connection)",
        "tests/functional/test_nothing_exact_leaks.py",
    ),
    Break(
        "an upload is said to be kept before its rows are on disk",
        "ingest/lake.py",
        '                rows.write_parquet(file, compression="zstd", compression_level=1)\n'
        "                file.flush()\n"
        "                os.fsync(file.fileno())\n",
        '                rows.write_parquet(file, compression="zstd", compression_level=1)\n',
        "tests/unit/ingest_receive/test_lake.py",
    ),
    Break(
        "an acknowledged upload leaves empty files",
        "ingest/lake.py",
        "            temporary.rename(target)\n",
        '            target.write_bytes(b"")\n',
        "tests/functional/test_service_killed.py",
    ),
)
