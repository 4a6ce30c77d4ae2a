"""The demo at full size, built in a scratch folder: CPU seconds of each step beside its budget."""

from __future__ import annotations

import tempfile
from pathlib import Path

from service.demo import build, demo_settings

BUDGET = {"generate": 20, "prepare": 25 + 65, "receive": 10, "publish": 20}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        demo = build(demo_settings(Path(folder), 8000), scale=1.0, seed=20261101)
    spent = dict.fromkeys(BUDGET, 0.0)
    for step, seconds in demo.cpu_seconds.items():
        spent[step.split()[0]] += seconds
    print("step        CPU s   budget")
    for name, budget in BUDGET.items():
        print(f"{name:<10} {spent[name]:>6.1f} {budget:>8}")


if __name__ == "__main__":
    main()
