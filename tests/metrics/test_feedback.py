"""Feedback by hand (R2, R28, R29)."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.working_time import OFFICE_HOURS, WorkingCalendar
from metrics.feedback import (
    KIND_COLUMNS,
    STATE_COLUMNS,
    WEEK_COLUMNS,
    apply_corrections,
    feedback_by_kind,
    feedback_state,
    feedback_weeks,
    scores,
)
from metrics.response import ITEM_COLUMNS, response_times

ZONE = "Asia/Shanghai"
AS_OF = datetime.fromisoformat("2026-04-30T00:00:00+08:00")
H = 3600


def at(text: str) -> pd.Timestamp:
    """`03-02 10:00` in Shanghai, in 2026 unless it says another year."""
    full = text if text.count("-") == 2 else f"2026-{text}"
    return pd.Timestamp(full, tz=ZONE).tz_convert("UTC").as_unit("us")


def pieces(*received: str, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"feedback_id": pd.Series(range(1, len(received) + 1), dtype="Int64")})
    frame["received_at"] = pd.Series([at(text) for text in received], dtype="datetime64[us, UTC]")
    given = {"kind": "bug", "department": "Operations", "csat": None, "nps": None, **columns}
    types = {"kind": "str", "department": "str", "csat": "Int64", "nps": "Int64"}
    return frame.assign(
        **{name: pd.Series(value, index=frame.index, dtype=types[name]) for name, value in given.items()}
    )


def told(*events: tuple[int, str, str], payload: dict[str, Any] | None = None, human: bool = True) -> pd.DataFrame:
    rows = [
        {"id": number, "feedback_id": item, "kind": kind, "at": at(text), "is_human": human, "payload": payload or {}}
        for number, (item, kind, text) in enumerate(events)
    ]
    types = {"id": "Int64", "feedback_id": "Int64", "kind": "str", "at": "datetime64[us, UTC]", "is_human": "bool"}
    return pd.DataFrame(rows, columns=[*types, "payload"]).astype({**types, "payload": "object"})


def weeks(feedback: pd.DataFrame, events: pd.DataFrame, as_of: datetime = AS_OF, zone: str = ZONE) -> pd.DataFrame:
    return feedback_weeks(feedback, events, zone=zone, as_of=as_of)


def state(*events: tuple[int, str, str]) -> str:
    return str(feedback_state(pieces("03-02 10:00"), told(*events), as_of=AS_OF)["state"].iloc[0])


def test_nps_and_csat_are_of_the_answers_given() -> None:
    nps = [10, 9, 8, 7, 6, 0, None, None]  # 2 promoters, 2 detractors of 6, then 9: 3 of 7 minus 2 of 7
    csat = [5, 4, 4, 3, 1, None, None, None]  # 3 of 5
    one = scores(pieces(*["03-02"] * 8, nps=nps, csat=csat), pd.Series([0] * 8)).iloc[0]
    assert (one["nps"], one["nps_n"], one["csat"], one["csat_n"], one["received"]) == (0, 6, 0.6, 5, 8)
    nps[7] = 9
    assert scores(pieces(*["03-02"] * 8, nps=nps), pd.Series([0] * 8)).iloc[0]["nps"] == pytest.approx(1 / 7)


def test_no_answer_is_null_and_not_nought() -> None:
    (one,) = weeks(pieces("03-02"), told()).to_dict("records")
    assert pd.isna(one["csat"])
    assert pd.isna(one["nps"])
    assert (one["csat_n"], one["nps_n"]) == (0, 0)


def test_weeks_are_cut_in_the_projects_zone() -> None:
    # Sunday 8 March 23:59 and Monday 9 March 00:00 in Shanghai are both Sunday in UTC.
    feedback = pieces("03-08 23:59", "03-09 00:00")
    assert weeks(feedback, told())[["week", "received"]].values.tolist() == [
        [pd.Timestamp("2026-03-02"), 1],
        [pd.Timestamp("2026-03-09"), 1],
    ]
    assert weeks(feedback, told(), zone="UTC")["received"].tolist() == [2]


def test_weeks_without_feedback_are_there_with_nought() -> None:
    found = weeks(pieces("03-02", "03-24"), told())
    assert found["received"].tolist() == [1, 0, 0, 1]
    assert found["open"].tolist() == [1, 1, 1, 2]


def test_open_at_the_weeks_end() -> None:
    feedback = pieces("03-02 10:00", "03-03 10:00", "03-10 10:00")
    events = told(
        (1, "reply", "03-02 12:00"),  # an answer alone leaves it open
        (1, "resolved", "03-08 23:59"),
        (1, "confirmed", "03-12 09:00"),  # closed already
        (2, "resolved", "03-16 00:00"),  # Monday: open at the end of the week before
        (2, "reopened", "03-24 10:00"),
        (3, "confirmed", "03-25 10:00"),
    )
    # Ends: 03-09: 2. 03-16: 2, 3. 03-23: 3. 03-30: 2 again, 3 confirmed: 2.
    assert weeks(feedback, events)["open"].tolist() == [1, 2, 1, 1]
    assert weeks(feedback, events, as_of=at("03-24 12:00").to_pydatetime())["open"].tolist() == [1, 2, 1, 2]


def test_the_last_row_is_open_now() -> None:
    feedback = pieces("03-02 10:00")
    found = weeks(feedback, told((1, "resolved", "03-20 10:00")))
    assert found["open"].tolist() == [1, 1, 0]
    assert found["received"].tolist() == [1, 0, 0]


def test_what_is_closed_before_it_was_received_is_never_less_than_nought() -> None:
    found = weeks(pieces("03-10 10:00", "03-02 10:00"), told((1, "resolved", "03-03 10:00")))
    assert found["open"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "open"),
        ([("linked", "03-03")], "open"),
        ([("reply", "03-03")], "answered"),
        ([("reply", "03-03"), ("resolved", "03-04")], "resolved"),
        ([("resolved", "03-03"), ("confirmed", "03-04")], "confirmed"),
        ([("confirmed", "03-04")], "confirmed"),
        ([("resolved", "03-03"), ("confirmed", "03-04"), ("reopened", "03-05")], "open"),
        ([("reply", "03-03"), ("resolved", "03-03"), ("reopened", "03-05"), ("reply", "03-06")], "answered"),
        ([("resolved", "03-03"), ("reopened", "03-04"), ("resolved", "03-05")], "resolved"),
        # Bare dates of a sheet: all on one midnight, in the order of a life, whatever the row order.
        ([("confirmed", "03-03"), ("resolved", "03-03"), ("reply", "03-03")], "confirmed"),
        ([("resolved", "05-03")], "open"),  # after as-of
    ],
)
def test_states(events: list[tuple[str, str]], expected: str) -> None:
    assert state(*[(1, kind, text) for kind, text in events]) == expected


def test_a_machines_reply_is_no_answer() -> None:
    found = feedback_state(pieces("03-02 10:00"), told((1, "reply", "03-02 10:01"), human=False), as_of=AS_OF)
    assert found["state"].tolist() == ["open"]
    assert found["first_reply_at"].isna().all()


def test_the_latest_correction_counts_field_by_field() -> None:
    feedback = pieces("03-02 10:00", "03-03 10:00", csat=[2, 3], nps=[5, 6])
    events = pd.concat(
        [
            told((1, "corrected", "03-06"), payload={"csat": 5, "kind": "idea", "unheard_of": 1}),
            told((1, "corrected", "03-05"), payload={"csat": 1, "nps": None}),
            told((2, "corrected", "05-05"), payload={"csat": 1}),  # after as-of
            told((2, "corrected", "03-05"), payload={"received_at": "2026-03-09T02:00:00+00:00"}),
        ]
    )
    fixed = apply_corrections(feedback, events, as_of=AS_OF)
    assert fixed["csat"].tolist() == [5, 3]
    assert fixed["nps"].isna().tolist() == [True, False]
    assert fixed["kind"].tolist() == ["idea", "bug"]
    assert fixed["received_at"].tolist() == [at("03-02 10:00"), at("03-09 10:00")]
    assert fixed.dtypes.equals(feedback.dtypes)
    assert weeks(feedback, events)["received"].tolist() == [1, 1]


def test_by_kind_adds_up() -> None:
    feedback = pieces("03-02", "03-03", "03-04", "03-05", kind=["idea", "bug", "bug", "praise"], csat=[4, 1, None, 5])
    events = told((2, "reply", "03-06"), (3, "confirmed", "03-07"))
    found = feedback_by_kind(feedback, events, as_of=AS_OF)
    assert found["kind"].tolist() == ["bug", "idea", "praise"]
    # open = not yet resolved, answered or not, as in the weeks
    assert found[["received", "open", "waiting", "answered", "resolved", "confirmed"]].values.tolist() == [
        [2, 1, 0, 1, 0, 1],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
    ]
    assert weeks(feedback, events)["open"].iloc[-1] == found["open"].sum() == 3
    assert found["csat"].tolist() == [0, 1, 1]


def times(feedback: pd.DataFrame, events: pd.DataFrame, **calendars: WorkingCalendar) -> Any:
    return response_times(feedback, events, calendars=calendars, default_calendar=WorkingCalendar(), as_of=AS_OF)


def test_first_response_in_working_time() -> None:
    feedback = pieces("03-02 10:00", "03-06 17:00", "03-03 09:00", "03-04 09:00")
    events = told(
        (1, "reply", "03-02 11:00"),  # Monday: 1 h
        (1, "reply", "03-05 11:00"),  # the second reply counts for nothing
        (2, "reply", "03-09 11:00"),  # Friday 17-18, Monday 9-11: 3 h
        (3, "reply", "03-03 11:00"),  # 2 h
    )
    found = times(feedback, events)
    # Sorted 1, 2, 3 h: median 2 h; p90 at place 0.9 x 2 = 1.8 between the second and third: 2.8 h.
    assert found.of("first_response") == {"median_seconds": 2 * H, "p90_seconds": pytest.approx(2.8 * H), "n": 3}
    assert found.items["first_response_state"].tolist() == ["known", "known", "known", "waiting"]
    assert found.frame["n_waiting"].tolist() == [1, 4]
    assert found.of("resolution") == {"median_seconds": None, "p90_seconds": None, "n": 0}


def test_a_make_up_day_is_working_time() -> None:
    # Friday 13 February 17-18, Saturday 14 February (调休) 9-10.
    found = times(pieces("02-13 17:00"), told((1, "reply", "02-14 10:00")))
    assert found.of("first_response")["median_seconds"] == 2 * H


def test_the_departments_own_calendar() -> None:
    always = WorkingCalendar(name="hotline", country=None, hours=(OFFICE_HOURS,) * 7)
    feedback = pieces("03-06 17:00", "03-06 17:00", "03-06 17:00", department=["Hotline", "Operations", None])
    events = told(*[(item, "reply", "03-07 10:00") for item in (1, 2, 3)])
    found = times(feedback, events, Hotline=always)
    assert found.items["first_response_seconds"].tolist() == [2 * H, H, H]  # only the hotline works on a Saturday


def test_resolution_is_until_the_last_confirmation() -> None:
    feedback = pieces(*["03-02 09:00"] * 3)
    events = told(
        (1, "resolved", "03-02 10:00"),
        (1, "confirmed", "03-02 11:00"),
        (1, "reopened", "03-02 12:00"),
        (1, "confirmed", "03-02 15:00"),  # from the receipt: 6 h
        (2, "confirmed", "03-02 11:00"),
        (2, "reopened", "03-02 12:00"),  # reopened since: it waits again
        (3, "resolved", "03-02 12:00"),  # nobody confirmed
    )
    found = times(feedback, events)
    assert found.of("resolution") == {"median_seconds": 6 * H, "p90_seconds": 6 * H, "n": 1}
    assert found.items["resolution_state"].tolist() == ["known", "waiting", "waiting"]


def test_a_year_without_calendar_is_null_with_a_finding() -> None:
    feedback = pieces("2039-03-02 09:00", "2039-03-03 09:00", "03-02 09:00")
    events = told((1, "reply", "2039-03-02 10:00"), (2, "reply", "2039-03-03 10:00"), (3, "reply", "03-02 10:00"))
    late = datetime.fromisoformat("2039-12-01T00:00:00+08:00")
    given = {"calendars": {}, "as_of": late}
    found = response_times(feedback, events, default_calendar=WorkingCalendar(), **given)
    assert found.items["first_response_state"].tolist() == ["not_covered", "not_covered", "known"]
    assert found.of("first_response") == {"median_seconds": H, "p90_seconds": H, "n": 1}
    (finding,) = found.findings
    assert (finding.code, finding.params) == (
        "calendar_year_not_covered",
        {"year": "2039", "n": 2, "measure": "first_response"},
    )
    shared = {
        "calendars": {"Operations": WorkingCalendar()},
        "as_of": late,
    }  # departments that share a calendar: one finding
    by_two = response_times(
        feedback.assign(department=["Operations", "Finance", "Finance"]),
        events,
        default_calendar=WorkingCalendar(),
        **shared,
    )
    assert [(one.subject_id, one.params["n"]) for one in by_two.findings] == [(finding.subject_id, 2)]
    assert found.not_covered("first_response") == 2 and found.not_covered("resolution") == 0
    imported = WorkingCalendar(days={date(2039, 10, 3): False})
    assert response_times(feedback, events, default_calendar=imported, **given).of("first_response")["n"] == 3


def test_a_reply_before_the_receipt_is_left_out_and_said() -> None:
    found = times(pieces("03-02 10:00", "03-02 10:00"), told((1, "reply", "03-02"), (2, "reply", "03-02 11:00")))
    assert found.of("first_response")["n"] == 1
    assert [(finding.code, finding.subject_id) for finding in found.findings] == [("reply_before_received", "1")]


def test_nothing_gives_no_rows_of_the_declared_columns() -> None:
    for found, columns in (
        (weeks(pieces(), told()), WEEK_COLUMNS),
        (feedback_state(pieces(), told(), as_of=AS_OF), STATE_COLUMNS),
        (feedback_by_kind(pieces(), told(), as_of=AS_OF), KIND_COLUMNS),
        (times(pieces(), told()).items, ITEM_COLUMNS),
    ):
        assert len(found) == 0
        assert {name: str(dtype) for name, dtype in found.dtypes.items()} == columns
    assert times(pieces(), told()).of("first_response") == {"median_seconds": None, "p90_seconds": None, "n": 0}


event_lists = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["reply", "resolved", "confirmed", "reopened"]), st.integers(1, 40)),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(event_lists, st.randoms())
def test_open_in_the_last_week_is_what_the_states_say(events: list[tuple[int, str, int]], random: Any) -> None:
    feedback = pieces("03-02 10:00", "03-04 10:00", "03-11 10:00", "03-12 10:00")
    history = told(*[(item, kind, str(at("03-01") + pd.Timedelta(days=day))[:10]) for item, kind, day in events])
    before = history.copy(deep=True)
    found = weeks(feedback, history)
    states = feedback_state(feedback, history, as_of=AS_OF)["state"]
    assert found["open"].iloc[-1] == states.isin(["open", "answered"]).sum()
    assert found["open"].ge(0).all()
    assert found["received"].sum() == 4
    order = list(range(len(history)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(weeks(feedback.iloc[::-1], history.iloc[order]), found)
    pd.testing.assert_frame_equal(history, before)
