"""Run by an interpreter that has dp-accounting: questions on standard input in, epsilons on output out.

A question is a loss in nano-rho and, where noise was drawn for it, each table's cells and size per unit and
the scale of its noise. The discrete Gaussian is asked about as the Gaussian of the same scale: their rho is
the same, and at scales of ten and more so is, to many digits, the distribution of their loss.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from dp_accounting import dp_event
from dp_accounting.pld import PLDAccountant
from dp_accounting.rdp import RdpAccountant

# Fine enough that the best order is missed by little: from just above 1 to a hundred thousand.
ORDERS = [1 + 10 ** (n / 400 - 2) for n in range(2800)]


def answer(question: dict[str, Any], deltas: list[float]) -> list[dict[str, float | None]]:
    """Epsilon at each delta: from rho as zero-concentrated privacy, and from the Gaussians one by one."""
    zcdp = RdpAccountant(orders=ORDERS)
    zcdp.compose(dp_event.ZCDpEvent(question["nano_rho"] / 1e9))
    distribution = None
    if question["tables"]:
        distribution = PLDAccountant()
        for cells, size, scale in question["tables"]:
            distribution.compose(dp_event.GaussianDpEvent(scale / (size * math.sqrt(cells))))
    return [
        {
            "zcdp": float(zcdp.get_epsilon(delta)),
            "distribution": None if distribution is None else float(distribution.get_epsilon(delta)),
        }
        for delta in deltas
    ]


def main() -> int:
    asked = json.load(sys.stdin)
    json.dump([answer(question, asked["deltas"]) for question in asked["questions"]], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
