"""SmartNoise SQL over pandas. It tells only cells that somebody is in: the rest are taken as nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from common import Given, cells, serve, share
from snsql import Privacy, from_df


def release(given: Given, request: Given, table: str) -> tuple[np.ndarray, float]:
    epsilon, delta = share(given, request)
    bound = request["bound"]
    frame = pd.read_csv(given["visits"])
    about = {
        "max_ids": bound,
        "rows": len(frame),
        "censor_dims": False,
        "clamp_counts": False,
        "person": {"type": "int", "private_id": True},
        **{name: {"type": "string"} for name in ("venue", "district", "area")},
    }
    reader = from_df(
        frame, privacy=Privacy(epsilon=epsilon, delta=delta), metadata={"": {"s": {"visits": about}}}
    )
    by = "venue" if table == "venue" else f"venue, {table}"
    told = reader.execute(f"SELECT {by}, COUNT(DISTINCT person) AS n FROM s.visits GROUP BY {by}")
    number = {cell: n for n, cell in enumerate(cells(given, table))}
    counts = np.zeros(len(number))
    for *cell, n in told[1:]:
        counts[number[cell[0], cell[1] if table != "venue" else ""]] = n
    ratio = np.exp(-epsilon / bound)
    return counts, float((2 * ratio) ** 0.5 / (1 - ratio))


serve(release)
