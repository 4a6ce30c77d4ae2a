"""diffprivlib: noise only. Persons are bounded by hand, and one number at a time is drawn."""

from __future__ import annotations

import numpy as np
from common import Given, counted, serve, share
from diffprivlib.mechanisms import GaussianAnalytic, Geometric


def release(given: Given, request: Given, table: str) -> tuple[np.ndarray, float]:
    epsilon, delta = share(given, request)
    bound = request["bound"]
    counts = counted(given, table, bound)
    if request["noise"] == "gaussian":
        gauss = GaussianAnalytic(epsilon=epsilon, delta=delta, sensitivity=bound**0.5)
        return np.array([gauss.randomise(float(n)) for n in counts]), float(gauss.variance(0.0)) ** 0.5
    mechanism = Geometric(epsilon=epsilon, sensitivity=bound)
    ratio = np.exp(-epsilon / bound)
    return np.array([mechanism.randomise(int(n)) for n in counts]), float((2 * ratio) ** 0.5 / (1 - ratio))


serve(release)
