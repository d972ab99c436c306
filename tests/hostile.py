"""Texts as somebody hostile would write them into Jira, a sheet or a form, put into every column that can hold them."""

import sqlite3
from contextlib import closing
from pathlib import Path

HOST = "evil.test"
SCRIPT = "<script>window.hacked=1</script>"
TEXTS = (
    SCRIPT,
    f'<img src="https://{HOST}/a.png" onerror="window.hacked=1">',
    f"![pixel](https://{HOST}/b.png)",
    f"[click](https://{HOST}/c) <https://{HOST}/d> https://{HOST}/e",
    "[run](javascript:window.hacked=1) <a href='javascript:window.hacked=1'>run</a>",
    f"<style>@import url(https://{HOST}/f.css);body{{display:none}}</style>",
    f'<form action="https://{HOST}/g"><input name="password"></form>',
    f'<iframe src="https://{HOST}/h"></iframe><svg onload="window.hacked=1">',
    r"$\frac{1}{0}$ $$\href{https://evil.test/i}{x}$$",
    ":red[alarm] :material/warning: :smile: :blue-background[x]",
    '=HYPERLINK("https://evil.test/j","x")',
    "**bold** `code` # head\n\n---\n| a | b |\n|---|---|",
    "\u202egnp.exe\u202c \u200b\u200d\ufeff\u2066",
    "'; DROP TABLE person; -- \" {title} {0} %s",
)
QUOTES = ">" * 20_000 + " deep"
LARGE = "A" * 5_000_000
# What must never reach a place where Streamlit reads markdown: the signs that begin something there.
LIVE = (
    f"](https://{HOST}",
    "](javascript:",
    ":red[",
    ":blue-background[",
    ":material/warning:",
    "<script",
    "<img ",
    "$$",
)
COLUMNS = {
    "work_item": (
        "key", "title", "description", "acceptance_criteria", "type", "priority", "epic", "assignee", "reporter",
        "department", "resolution",
    ),
    "sprint": ("name", "goal"),
    "board": ("name",),
    "project": ("name",),
    "status": ("name",),
    "source": ("name",),
    "change": ("author", "from_value", "to_value", "from_label", "to_label"),
    "feedback": ("text", "submitted_by", "department", "release"),
    "feedback_event": ("author", "text"),
    "kpi": ("name", "owner", "definition", "data_source", "department", "unit"),
    "kpi_baseline": ("provenance",),
    "kpi_target": ("reason",),
    "kpi_measurement": ("raw_text", "remark"),
    "kpi_phase": ("reason",),
    "change_request": ("title", "reason", "impact", "requested_by", "department"),
    "signature": ("remark", "signed_by", "department"),
    "waiver": ("reason", "waived_by"),
    "verdict": ("remark", "decided_by", "department"),
    "goal_verdict": ("evidence",),
    "sync_run": ("file_name", "error"),
    "finding": ("subject_label",),
    "person": ("display_name", "email", "department"),
    "holiday": ("name",),
}  # fmt: skip


def poison(database: Path) -> int:
    """Put a hostile text before what stands in each of the columns, the rows taking turns. Returns how many were written.

    Written past the actions, which refuse or shorten some of it: pages must not rely on that.
    """
    written = 0
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.create_function("hostile", 2, lambda row, held: f"{TEXTS[row % len(TEXTS)]} {held}")
        for table, columns in COLUMNS.items():
            for at, column in enumerate(columns):
                turn = "1" if column == "department" else f"rowid + {at}"  # a department has one name in all tables
                statement = (
                    f'UPDATE "{table}" SET "{column}" = hostile({turn}, "{column}") WHERE "{column}" IS NOT NULL'
                )
                written += connection.execute(statement).rowcount
        for table, column in (("work_item", "title"), ("feedback", "text"), ("kpi", "owner")):
            newest = f'(SELECT max(rowid) FROM "{table}" WHERE "{column}" IS NOT NULL)'
            connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = {newest}', (QUOTES,))
        connection.execute(
            "UPDATE work_item SET description = ?, acceptance_criteria = ? WHERE rowid = 2", (LARGE, QUOTES)
        )
        # A write leaves an audit entry, and the pages' caches go by its id.
        connection.execute(
            "INSERT INTO audit_entry (id, at, actor, action, subject, after, address, previous_sha256, sha256)"
            " SELECT max(id) + 1, max(at), ?, ?, ?, ?, ?, '00', 'ff' FROM audit_entry",
            (TEXTS[1], TEXTS[2], TEXTS[4], f'{{"{TEXTS[9]}": "{TEXTS[2]}"}}', TEXTS[0]),
        )
    return written
