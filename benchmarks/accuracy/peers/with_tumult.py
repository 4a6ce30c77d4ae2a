"""Tumult Analytics on local Spark. It bounds by itself; keys are public."""

from __future__ import annotations

import os
import sys

os.environ["PYSPARK_PYTHON"] = sys.executable

import numpy as np
from common import Given, cells, serve
from pyspark.sql import SparkSession
from tmlt.analytics import (
    AddRowsWithID,
    KeySet,
    MaxGroupsPerID,
    MaxRowsPerGroupPerID,
    PureDPBudget,
    QueryBuilder,
    RhoZCDPBudget,
    Session,
)

spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", "6g")
    .config("spark.sql.shuffle.partitions", "8")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def release(given: Given, request: Given, table: str) -> tuple[np.ndarray, float]:
    tables, bound = len(request["tables"]), request["bound"]
    gaussian = request["noise"] == "gaussian"
    budget = RhoZCDPBudget(given["rho"] / tables) if gaussian else PureDPBudget(given["epsilon"] / tables)
    frame = spark.read.csv(given["visits"], header=True).select("person", "venue", "district", "area")
    session = Session.from_dataframe(
        budget, "visits", frame, protected_change=AddRowsWithID(id_column="person")
    )
    by = ["venue"] if table == "venue" else ["venue", table]
    labels = given["labels"]
    keys = KeySet.from_dict(
        {"venue": labels["venues"]} if table == "venue" else {"venue": labels["venues"], table: labels[table]}
    )
    query = (
        QueryBuilder("visits")
        .select(["person", *by])
        .enforce(MaxGroupsPerID("venue", bound))
        .enforce(MaxRowsPerGroupPerID("venue", 1))
        .groupby(keys)
        .count(name="n")
    )
    number = {cell: n for n, cell in enumerate(cells(given, table))}
    counts = np.zeros(len(number))
    for row in session.evaluate(query, session.remaining_privacy_budget).collect():
        counts[number[row["venue"], row[table] if table != "venue" else ""]] = row["n"]
    if gaussian:
        return counts, (bound / (2 * given["rho"] / tables)) ** 0.5
    ratio = np.exp(-given["epsilon"] / tables / bound)
    return counts, float((2 * ratio) ** 0.5 / (1 - ratio))


serve(release)
