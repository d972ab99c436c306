"""The words behind codes of KPIs and feedback: assurance, signals, limits, kinds, states, and what could not be known."""

from collections.abc import Mapping
from typing import Any

from core.i18n import N_, Text

ASSURANCE = {
    "consistently_met": N_("consistently met"),
    "consistently_missed": N_("consistently missed"),
    "hit_and_miss": N_("hit and miss"),
    "not_enough_points": N_("not enough points"),
}
ASSURANCE_MEANING = {
    "consistently_met": N_(
        "Both natural limits are on the good side of the target: it is met unless something changes."
    ),
    "consistently_missed": N_(
        "Both natural limits are on the bad side of the target: only another process will meet it."
    ),
    "hit_and_miss": N_("The target lies between the natural limits: whether it is met is a matter of luck."),
    "not_enough_points": N_("Fewer than 6 points in the present phase: there are no natural limits yet."),
}
LIMITS_STATE = {
    "none": N_("no limits yet"),
    "trial": N_("trial limits"),
    "locked": N_("locked limits"),
}
SIGNAL = {
    "beyond_limit": N_("a point beyond a limit"),
    "run_of_eight": N_("8 in a row on one side of the centre"),
    "three_of_four": N_("3 of 4 closer to a limit than to the centre"),
}
SIDE = {"above": N_("above the centre"), "below": N_("below the centre")}
DIRECTION = {"down": N_("lower is better"), "up": N_("higher is better")}
CONTRADICTS = {
    "down": N_(
        "Its target lies below its baseline, which means that lower is better; accepted is a direction that agrees."
    ),
    "up": N_(
        "Its target lies above its baseline, which means that higher is better; accepted is a direction that agrees."
    ),
}
BELOW_ZERO = N_("“{found}” is below zero, which this KPI cannot be.")
PHASE_KIND = {"release": N_("release"), "re_baseline": N_("re-baseline")}

FEEDBACK_KIND = {
    "bug": N_("bug report"),
    "idea": N_("idea"),
    "question": N_("question"),
    "praise": N_("praise"),
    "survey": N_("survey answer"),
    "other": N_("other feedback"),
}
FEEDBACK_STATE = {
    "open": N_("waiting for an answer"),
    "answered": N_("answered"),
    "resolved": N_("resolved, not yet confirmed"),
    "confirmed": N_("confirmed by the requester"),
}
FEEDBACK_EVENT = {
    "reply": N_("replied"),
    "linked": N_("linked to a work item"),
    "resolved": N_("resolved"),
    "confirmed": N_("confirmed"),
    "reopened": N_("reopened"),
    "corrected": N_("corrected"),
}
RESPONSE_MEASURE = {
    "first_response": N_("first response"),
    "resolution": N_("resolution"),
}
RESPONSE_STATE = {
    "known": N_("known"),
    "waiting": N_("still waiting"),
    "not_covered": N_("the working calendar does not cover the year"),
    "contradictory": N_("dated before the feedback came in"),
}
RESPONSE_FINDING = {
    "calendar_year_not_covered": N_(
        "The working calendar “{label}” does not know the holidays of {year}. Times of {measure} that cannot be known: "
        "{n}. An admin can import the holidays of that year."
    ),
    "reply_before_received": N_("Feedback {label} was answered before it came in: its response time is left out."),
    "confirmed_before_received": N_("Feedback {label} was confirmed before it came in: its resolution is left out."),
}


def response_finding_text(code: str, label: str, params: Mapping[str, Any]) -> Text:
    """Why a response time is not known (R29), as a sentence."""
    measure = Text(RESPONSE_MEASURE[params["measure"]]) if "measure" in params else ""
    return Text(RESPONSE_FINDING[code], **{**params, "label": label, "measure": measure})
