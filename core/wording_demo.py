"""The words behind the codes of a demo on stage: reactions of the audience, decisions and action items."""

from core.i18n import N_

REACTION = {"like": N_("good"), "unsure": N_("unsure"), "dislike": N_("not good")}
NOTE_KIND = {"decision": N_("decision"), "action": N_("action item")}
NOTE_TEXT = {"decision": N_("What was decided"), "action": N_("What is to be done")}
NOTE_STATE = {"open": N_("open"), "done": N_("done"), "dropped": N_("dropped")}
