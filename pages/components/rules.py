"""The counting rules in one or two plain sentences each, for "how this is counted". PRODUCT.md has them in full."""

import re

from core.i18n import N_
from core.reader import Reader

RULES = {
    "R1": N_(
        "A sprint begins when it was activated and ends when it was completed; the planned end is only the plan. A sprint that has not started has no figures, not zeros."
    ),
    "R2": N_("Instants are kept in UTC; days and weeks are cut in the project's time zone."),
    "R3": N_(
        "A change at the very start counts as before it, one at the very end as inside. Changes at one instant apply together."
    ),
    "R4": N_("Every figure is computed as of a stated instant."),
    "R5": N_("Entering and leaving a sprint is read from the full list of sprints before and after each change."),
    "R6": N_(
        "An item created inside a sprint is a member from its creation. Sub-tasks and epics are listed under their parent, not counted."
    ),
    "R7": N_("Closed sprints stay in an item's history; changes are ordered by time."),
    "R8": N_("Done means the last column of the sprint's own board, never a status name."),
    "R9": N_(
        "Committed: in the sprint and not done at its start, at the estimate then. A missing estimate counts 0 points and is reported."
    ),
    "R10": N_(
        "Added: came in after the start. Carried: came over within five minutes of another sprint of the board closing; this is not scope creep."
    ),
    "R11": N_(
        "Removed: was in the sprint and is not at its end, at the first estimate. Left and returned nets to nothing."
    ),
    "R12": N_("Re-estimated: the estimate at the end minus the first one, for items still in the sprint."),
    "R13": N_("Completed: in the sprint and done at its end, at the estimate then."),
    "R14": N_("Not completed: in the sprint and not done at its end. Spillover is what a later sprint holds."),
    "R15": N_("The ledger balances: committed + added + carried + re-estimated − removed = completed + not completed."),
    "R16": N_("Say/do: committed items completed, as a share of what was committed, both at the first estimate."),
    "R17": N_(
        "Gross churn: added, removed and re-estimated points as a share of committed. Net churn lets them cancel out. Carried items are in neither."
    ),
    "R18": N_("Content churn: the share of items whose text, type or priority changed after they entered the sprint."),
    "R19": N_(
        "A requirement is a counted item that is neither a bug nor a chore. Volatility is what was added, removed or changed, as a share of the scope at the start."
    ),
    "R20": N_("Velocity: the mean completed over the last sprints; how many is always shown."),
    "R21": N_("Cycle time runs from the first start of work to the last time it was done; lead time from creation."),
    "R22": N_(
        "A forecast draws 10,000 times from the daily throughput of the last weeks, quiet days included; with fewer than five active days there is none."
    ),
    "R23": N_("Progress: how far from baseline to target. It may pass 100 % or be negative."),
    "R24": N_(
        "Natural limits: the mean ± 2.66 times the mean step between neighbours. Fewer than 6 points give none; from 12 on they are locked."
    ),
    "R25": N_(
        "A signal: a point beyond a limit, 8 in a row on one side of the mean, or 3 of 4 closer to the same limit than to the mean."
    ),
    "R26": N_(
        "Consistently met: both limits on the good side of the target. Hit and miss: the target lies between them. Consistently missed: both on the bad side."
    ),
    "R27": N_("Units are read as people write them (2h, 15分钟, 85%) and stored in one unit per KPI."),
    "R28": N_(
        "NPS: the share of 9–10 minus the share of 0–6. CSAT: the share of 4 and 5 of 5. The number of answers stands beside it; fewer than 5 are greyed."
    ),
    "R29": N_(
        "First response: from receipt to the first human reply, in the department's working time. Resolution likewise, to the requester's confirmation."
    ),
}


def rule_numbers(rules: str) -> list[str]:
    """`R9-R16, R24` -> each number in order; a number that has no rule is a programming error and raises KeyError."""
    numbers: list[str] = []
    for first, last in re.findall(r"R(\d+)(?:\s*[-–]\s*R?(\d+))?", rules):
        numbers += [f"R{n}" for n in range(int(first), int(last or first) + 1)]
    for number in numbers:
        RULES[number]
    return list(dict.fromkeys(numbers))


def rule_text(number: str, reader: Reader) -> str:
    """A rule in the reader's language."""
    return reader.t(RULES[number])
