"""The words behind the codes of reports: their kinds, and the languages they are made in."""

from core.i18n import N_

REPORT_KIND = {"minutes": N_("Demo minutes"), "weekly": N_("Weekly report"), "monthly": N_("Monthly report")}
REPORT_LANGUAGE = {"en": N_("English"), "zh": N_("Chinese"), "en+zh": N_("both languages")}
MEDIA = ("pptx", "pdf", "html")
MEDIA_TYPE = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
