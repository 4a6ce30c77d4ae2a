"""OpenDP's Polars interface. Bounded by hand beforehand, which serves it better than its own truncation.

In 0.16.0 `truncate_num_groups(k)` keeps k - 1 groups and pays for k, and its random choice of groups fails
when it is run. Signed counts, so that nothing is clipped before it is compared.
"""

from __future__ import annotations

import warnings

import numpy as np
import opendp.prelude as dp
import polars as pl
from common import Given, cells, serve

dp.enable_features("contrib")
warnings.filterwarnings("ignore")


def release(given: Given, request: Given, table: str) -> tuple[np.ndarray, float]:
    size, bound, tables = len(cells(given, table)), request["bound"], len(request["tables"])
    gaussian = request["noise"] == "gaussian"
    loss = {"rho": given["rho"] / tables} if gaussian else {"epsilon": given["epsilon"] / tables}
    frame = _bounded(given, table, bound).lazy()
    unit = dp.unit_of(contributions=[dp.polars.Bound(by=["cell"], per_group=1, num_groups=bound)])
    context = dp.Context.compositor(
        data=frame, privacy_unit=unit, privacy_loss=dp.loss_of(**loss), split_evenly_over=1
    )
    keys = pl.LazyFrame({"cell": np.arange(size)})
    query = context.query().group_by("cell").agg(dp.len(signed=True)).with_keys(keys)
    told = query.release().collect().sort("cell")["len"].to_numpy()
    # What `summarize()` states as well; asking it costs as much as the release.
    return told, (bound / (2 * loss["rho"])) ** 0.5 if gaussian else 2**0.5 * bound / loss["epsilon"]


def _bounded(given: Given, table: str, bound: int) -> pl.DataFrame:
    """The cells of each person's first `bound` venues in random order."""
    columns = ["venue"] if table == "venue" else ["venue", table]
    number = {"/".join(cell): n for n, cell in enumerate(cells(given, table))}
    name = pl.concat_str(*columns, separator="/") if table != "venue" else pl.col("venue") + "/"
    pairs = pl.read_csv(given["visits"]).select("person", *columns).unique()
    order = pl.Series("order", np.random.default_rng().random(pairs.height))
    kept = pairs.with_columns(order).filter(pl.col("order").rank("ordinal").over("person") <= bound)
    return kept.select(cell=name.replace_strict(number))


serve(release)
