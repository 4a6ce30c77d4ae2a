"""What one or two releases show: calibration, distance, repeats, post-processing, and canaries."""

from __future__ import annotations

from benchmarks.audit.page import Page
from privacy.mechanisms import epsilon
from privacy.policy import POLICY
from tests.privacy.audit import instruments, one_run, pipeline, short
from tests.privacy.audit.mutants import BARE_TABLE, MUTANTS
from tests.privacy.audit.one_run import DELTA
from tests.privacy.audit.worlds import FULL, WIDE

CANARY_ALPHA = 0.001
GROSS = ("cells found in the data", "no noise on zeros")


def short_audit(page: Page) -> None:
    """The pipeline by every instrument, and each mutant by its own."""
    names = [pair.name for pair in short.all_pairs()]
    found = short.audit(names)
    said = "; ".join(one.said for one in found) or "nothing found"
    page.say(
        f"At the policy's bounds and budget, {len(FULL.venues)} venues; calibration on one release of a "
        f"network of {len(WIDE.areas)} areas. False alarms below {short.FALSE_ALARM:g} for each instrument.",
        "",
        f"Against the real pipeline: {said}. {page.judge(not found, 'short audit')}",
    )
    page.table(
        ("pair", "season charged", "mu moved, exactly", "mu charged"), [_moved(name) for name in names]
    )
    rows = []
    for mutant in MUTANTS:
        found = short.audit_mutant(mutant)
        by = dict.fromkeys(one.instrument for one in found)
        first = next((one.said for one in found if one.instrument == mutant.caught_by), "")
        word = page.catch(mutant.caught_by in by, mutant.name)
        rows.append((mutant.name, mutant.pair, ", ".join(by), first, word))
    with BARE_TABLE.applied():
        found = short.audit_small_tables()
    first = found[0].said if found else ""
    rows.append((BARE_TABLE.name, "", "calibration", first, page.catch(bool(found), BARE_TABLE.name)))
    page.table(("mutant", "pair", "caught by", "first finding", "verdict"), rows)


def _moved(name: str) -> tuple[str, ...]:
    (pair,) = (pair for pair in short.all_pairs() if pair.name == name)
    there, gone = (pipeline.truth(one, FULL.regions) for one in short.counted(name))
    published = pipeline.publish(short.counted(name)[1], FULL.regions)
    moved = instruments.mu_moved(there, gone, published)
    charged = instruments.mu_of(published.claimed(pair.season))
    return name, pair.season.label, f"{moved:.4f}", f"{charged:.4f}"


def canaries(page: Page) -> None:
    """One release each, at the policy."""
    claimed = epsilon(POLICY.budget.plan, DELTA)
    page.say(
        "One release; each canary was there or not by a coin, and the clearest coins are guessed "
        f"(alpha {CANARY_ALPHA:g}). At epsilon 1 this sees gross leaks and no other."
    )
    broken = {mutant.name: mutant for mutant in MUTANTS}
    rows = []
    for what, make, guesses in (("one cell", one_run.alone, 600), ("24 cells", one_run.everywhere, 100)):
        chosen = make(WIDE, 5)
        real = one_run.run(chosen, WIDE, guesses, CANARY_ALPHA)
        words = [("the real pipeline", real, page.judge(real.epsilon <= claimed, f"canaries, {what}"))]
        for name in GROSS:
            with broken[name].applied():
                found = one_run.run(chosen, WIDE, guesses, CANARY_ALPHA)
            words.append((name, found, page.catch(found.epsilon > claimed, f"{name}, canaries in {what}")))
        for name, one, word in words:
            right, least = f"{one.right} of {one.guesses}", f"{one.epsilon:.2f}"
            rows.append((name, what, one.canaries, right, least, f"{claimed:.2f}", word))
    page.table(
        ("pipeline", "canary in", "canaries", "right", "epsilon, lower bound", "claimed", "verdict"), rows
    )
