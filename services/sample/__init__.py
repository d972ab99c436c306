"""The sample workspace: one true story of an online shop, told as spreadsheets that go through the real connector.

`tell(anchor)` is the story, `generate(folder, anchor=...)` its spreadsheets, `decisions(story)` what no sheet carries.
"""

from services.sample.decisions import (
    ChangeRequestDecision,
    Covered,
    Decision,
    GoalDecision,
    WaiverDecision,
    decisions,
)
from services.sample.plot import tell
from services.sample.story import Story
from services.sample.workbooks import SOURCE, SampleFile, generate

__all__ = [
    "SOURCE",
    "ChangeRequestDecision",
    "Covered",
    "Decision",
    "GoalDecision",
    "SampleFile",
    "Story",
    "WaiverDecision",
    "decisions",
    "generate",
    "tell",
]
