"""What an entry of the audit log is about, in the reader's language. The log keeps one English wording, which its hash
covers; read back through the patterns it was written by, it is said in any language, entries of long ago included."""

import re
import string
from functools import cache

from core.i18n import N_, translate
from core.reader import Reader
from core.wording_actions import CHANGE_KIND
from core.wording_audit import ACTION
from core.wording_demo import NOTE_KIND
from core.wording_reports import MEDIA_TYPE, REPORT_KIND

_PERSON = (N_("person {name}"),)
_FEEDBACK = (N_("feedback {id}"),)
_DEMO = (N_("demo {id}"),)
_NOTE = (N_("demo {id}, {kind} {note}"),)
_SOURCE = (N_("source {name}"),)
_KPI = (N_("KPI {name}"),)
_MEASUREMENT = (N_("measurement of {kpi}"),)
_BACKUP = (N_("backup {file}"),)
_MEDIA = (N_("item {item}, sprint {sprint}"),)
_VERDICT = (N_("work item {item} in sprint {sprint}"),)
_WAIVER = (N_("{kind} of {item} in sprint {sprint}"),)
_FILE = (N_("watched file {path}"),)
_LOG = (N_("audit log"),)
_NAMES: tuple[str, ...] = ()  # a number, a pseudonym, a file's or a person's name: the same in every language

# Action -> the wordings of its subject. A test holds them against what every registered action writes.
SUBJECT: dict[str, tuple[str, ...]] = {
    "add_person": _PERSON, "change_password": _PERSON, "disable_person": _PERSON, "enable_person": _PERSON,
    "end_sessions": (N_("everybody"), *_PERSON), "follow_provider": _PERSON, "grant_role": _PERSON,
    "invite_person": _PERSON, "make_first_admin": _PERSON, "make_first_link": (N_("first administrator"),),
    "revoke_role": _PERSON, "see_as": _PERSON, "sign_in": _PERSON,
    "sign_in_failed": (N_("a name without an account"), *_PERSON), "sign_out": _NAMES, "use_link": _PERSON,
    "add_jira_source": _SOURCE, "change_jira_source": _SOURCE, "remove_source": _SOURCE, "save_source_settings": _SOURCE,
    "set_credential": _SOURCE, "make_webhook_secret": (N_("webhook of source {name}"),),
    "sync_source": (N_("sync of source {name}"),), "reparse_source": (N_("source {name}, parsed anew"),),
    "import_sheet": (N_("import of {file} into source {source}"),), "undo_import": (N_("import {run} of {file}"),),
    "watch_file": _FILE, "unwatch_file": _FILE, "note_look": _FILE,
    "clear_sample": (N_("sample workspace"),), "decide_first_start": (N_("first start"),),
    "rebuild": (N_("derived figures"),), "refreeze_sprint": (N_("snapshot of sprint {name}"),),
    "take_backup": _BACKUP, "restore_backup": _BACKUP,
    "save_settings": (N_("settings"),), "import_holidays": (N_("calendar {name}"),),
    "record_verdict": _VERDICT, "record_verdicts": _VERDICT, "record_goal_verdict": (N_("goal of sprint {name}"),),
    "attach_media": _MEDIA, "take_media_away": _MEDIA,
    "waive_change": _WAIVER, "revoke_waiver": _WAIVER,
    "raise_change_request": _NAMES, "revise_change_request": _NAMES, "sign_change": (N_("{number} version {version}"),),
    "define_kpi": _KPI, "revise_kpi": _KPI, "set_baseline": (N_("baseline of {kpi}"),),
    "set_target": (N_("target of {kpi}"),), "begin_phase": (N_("phase of {kpi}"),),
    "record_measurement": _MEASUREMENT, "correct_measurement": _MEASUREMENT,
    "submit_feedback": _FEEDBACK, "answer_feedback": _FEEDBACK, "link_feedback": _FEEDBACK, "resolve_feedback": _FEEDBACK,
    "attach_files": _FEEDBACK, "take_file_away": _FEEDBACK,
    "confirm_feedback": _FEEDBACK, "reopen_feedback": _FEEDBACK, "correct_feedback": _FEEDBACK,
    "start_demo": (N_("demo of sprint {name}"),), "show_item": _DEMO, "arrange_demo": _DEMO, "end_demo": _DEMO,
    "write_back": _DEMO, "take_note": _NOTE, "settle_note": _NOTE, "react": (N_("demo {id}, work item {item}"),),
    "archive_report": (N_("{kind} {subject} ({media})"),),
    "record_export": _NAMES, "anchor_log": _LOG, "export_log": _LOG, "unmask": _NAMES,
}  # fmt: skip
# The codes that stand in a subject, and their words.
_KIND = {**CHANGE_KIND, **NOTE_KIND, **REPORT_KIND}
_CODES = {"kind": "|".join(_KIND), "media": "|".join(MEDIA_TYPE)}


def subject_words(action: str, subject: str, reader: Reader) -> str:
    """What an entry is about, as this reader says it; as it was written where no wording is known, or where a name in
    it could be cut in two ways."""
    if reader.lang == "en":  # the language it was written in
        return subject
    for wording in SUBJECT.get(action, ()):
        held = read(wording, subject)
        if held is not None:
            return reader.t(
                wording, **{name: reader.t(_KIND[one]) if name == "kind" else one for name, one in held.items()}
            )
    return subject


def entries_saying(word: str, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Of which entries this reader reads a word in what was done and to what: each action, with what stands in its subject
    where only that tells (else nothing). Empty for the language the log is written in."""
    if reader.lang == "en":
        return ()
    found = []
    for action, done in ACTION.items():
        wordings = SUBJECT.get(action, ())
        only = _literals(translate(reader.lang, wordings[0])) if len(wordings) == 1 else ""
        if word in reader.t(done) or word in only:
            found.append((action, ""))
        elif any("{kind}" in one for one in wordings):
            found += [(action, code) for code, name in _KIND.items() if word in reader.t(name)]
    return tuple(found)


def _literals(wording: str) -> str:
    return "\n".join(literal for literal, _, _, _ in string.Formatter().parse(wording))


def read(wording: str, subject: str) -> dict[str, str] | None:
    """What stood for each placeholder of a wording; None where it does not fit, or fits in more than one way."""
    longest, shortest = (pattern.fullmatch(subject) for pattern in _patterns(wording))
    if longest is None or shortest is None or longest.groupdict() != shortest.groupdict():
        return None
    return longest.groupdict()


@cache
def _patterns(wording: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The wording as what reads it: names as long as they can be, and as short."""
    longest = shortest = ""
    for literal, name, _, _ in string.Formatter().parse(wording):
        longest, shortest = longest + re.escape(literal), shortest + re.escape(literal)
        if name:
            codes = _CODES.get(name)
            longest += f"(?P<{name}>{codes or '.+'})"
            shortest += f"(?P<{name}>{codes or '.+?'})"
    return re.compile(longest, re.DOTALL), re.compile(shortest, re.DOTALL)
