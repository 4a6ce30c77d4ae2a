"""PipelineDP on one machine. It bounds by itself; keys are public."""

from __future__ import annotations

import numpy as np
import pipeline_dp
from common import Given, cells, rows, serve, share

NOISE = {"laplace": pipeline_dp.NoiseKind.LAPLACE, "gaussian": pipeline_dp.NoiseKind.GAUSSIAN}


def release(given: Given, request: Given, table: str) -> tuple[np.ndarray, float]:
    epsilon, delta = share(given, request)
    accountant = pipeline_dp.NaiveBudgetAccountant(epsilon, delta if request["noise"] == "gaussian" else 0)
    engine = pipeline_dp.DPEngine(accountant, pipeline_dp.LocalBackend())
    wanted = pipeline_dp.AggregateParams(
        metrics=[pipeline_dp.Metrics.PRIVACY_ID_COUNT],
        noise_kind=NOISE[request["noise"]],
        max_partitions_contributed=request["bound"],
        max_contributions_per_partition=1,
        output_noise_stddev=True,
    )
    read = pipeline_dp.DataExtractors(
        privacy_id_extractor=lambda row: row[0],
        partition_extractor=lambda row: row[1],
        value_extractor=lambda row: 0,
    )
    size = len(cells(given, table))
    told = engine.aggregate(rows(given, table), wanted, read, public_partitions=list(range(size)))
    accountant.compute_budgets()
    counts, sigma = np.zeros(size), 0.0
    for cell, metrics in told:
        counts[cell] = metrics.privacy_id_count
        sigma = float(metrics.privacy_id_count_noise_stddev)
    return counts, sigma


serve(release)
