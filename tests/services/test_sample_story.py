"""The sample story itself: nothing in it contradicts anything else, on whichever day it ends."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest

from services.sample import ChangeRequestDecision, GoalDecision, Story, WaiverDecision, decisions, tell
from services.sample.cast import FULFILMENT, INTAKE, TEAMS
from services.sample.demos import verdicts
from services.sample.feedback import Voice, voices
from services.sample.kpis import KPIS, measurements, releases

ANCHOR = date(2026, 11, 22)
A_WEEK = [ANCHOR + timedelta(days=days) for days in range(7)]


@pytest.fixture(scope="module", params=A_WEEK, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    """The story ending on each day of a week: a page must read the same on a Sunday and on a Wednesday."""
    return tell(request.param)


@pytest.fixture(scope="module")
def sunday() -> Story:
    return tell(ANCHOR)


def test_each_team_has_eleven_closed_sprints_and_one_that_runs(story: Story) -> None:
    for team in TEAMS:
        sprints = [each for each in story.timeline.sprints if each.team is team]
        assert [each.completed_at is None for each in sprints] == [False] * 11 + [True]
        assert all(each.completed_at <= story.timeline.cut for each in sprints if each.completed_at)
        assert sprints[-1].started_at < story.timeline.cut - timedelta(days=6)
        assert sprints[-1].planned_end_at > story.timeline.cut
        for before, after in pairwise(sprints):
            gap = after.started_at - before.closes_at
            assert timedelta(minutes=-10) <= gap <= timedelta(minutes=30)


def test_nothing_happens_at_or_after_the_cut(story: Story) -> None:
    cut = story.timeline.cut
    instants = [item.created_at for item in story.items] + [event.at for event in story.events]
    instants += [at for stay in story.stays for at in (stay.added_at, stay.removed_at) if at]
    instants += [each.at for each in measurements(story.timeline)] + [each.decided_at for each in verdicts(story)]
    for voice in voices(story):
        instants += [at for at in vars(voice).values() if isinstance(at, datetime)]
    assert len(instants) > 1500
    assert max(instants) < cut


def test_an_item_is_written_down_before_anything_happens_to_it(story: Story) -> None:
    first = {item.key: item.created_at for item in story.items}
    assert all(stay.added_at > first[stay.key] for stay in story.stays)
    assert all(event.at > first[event.key] for event in story.events)
    assert len(first) == len(story.items)


def test_changes_of_a_field_follow_on_from_each_other(story: Story) -> None:
    for item in story.items:
        for name in ("estimate", "title", "description", "priority", "status"):
            current = "todo" if name == "status" else getattr(item, name)
            for event in story.events_of(item.key, name):
                assert event.before == current != event.after, (item.key, name)
                current = event.after


def test_no_item_is_in_two_sprints_at_once_unless_carried_over(story: Story) -> None:
    stays_of: dict[str, list] = {}
    for stay in story.stays:
        stays_of.setdefault(stay.key, []).append(stay)
    for key, stays in stays_of.items():
        for before, after in pairwise(sorted(stays, key=lambda each: each.sprint.number)):
            assert after.sprint.number == before.sprint.number + 1
            assert before.removed_at is None
            assert timedelta() < after.added_at - before.sprint.closes_at < timedelta(minutes=5), key


def test_what_spills_over_is_committed_where_sprints_follow_each_other_and_carried_where_they_overlap(
    story: Story,
) -> None:
    carried, committed = Counter(), Counter()
    for stay in story.stays:
        if stay.sprint.number > 1:
            earlier = story.timeline.sprint(stay.sprint.team, stay.sprint.number - 1)
            if earlier.closes_at < stay.added_at < earlier.closes_at + timedelta(minutes=5):
                (carried if stay.is_late else committed)[stay.sprint.team.code, stay.sprint.number] += 1
    assert set(carried) == {("B", 6), ("B", 10)}
    assert sum(committed.values()) > 20


def test_verdicts_are_given_on_what_was_in_the_sprint_before_it_closed(story: Story) -> None:
    members = {(stay.key, stay.sprint.name): stay for stay in story.stays}
    decided = verdicts(story)
    assert len({(each.key, each.sprint.name) for each in decided}) == len(decided)
    for each in decided:
        assert members[each.key, each.sprint.name].removed_at is None
        assert each.sprint.demo_at < each.decided_at < each.sprint.closes_at
        done = story.done_at(each.key, each.sprint.closes_at)
        assert (each.verdict == "not_shown") == (done is None)
        assert done is None or done < each.decided_at


def test_feedback_is_answered_resolved_and_confirmed_in_this_order(story: Story) -> None:
    for voice in voices(story):
        path = [voice.received_at, voice.replied_at, voice.resolved_at, voice.reopened_at or voice.confirmed_at]
        known = [at for at in path if at]
        assert known == sorted(known), voice
        assert not (voice.confirmed_at and voice.reopened_at)
        assert voice.resolved_at or not (voice.confirmed_at or voice.reopened_at)
        if voice.work_item and voice.resolved_at:
            done = story.done_at(voice.work_item, story.timeline.cut)
            assert done and done < voice.resolved_at, voice


def _csat(said: list[Voice]) -> float:
    answers = [voice.csat for voice in said if voice.csat]
    return sum(answer >= 4 for answer in answers) / len(answers)


def _nps(said: list[Voice]) -> float:
    answers = [voice.nps for voice in said if voice.nps is not None]
    return (sum(answer >= 9 for answer in answers) - sum(answer <= 6 for answer in answers)) / len(answers)


def test_the_first_month_is_painful_and_then_it_gets_better(sunday: Story) -> None:
    said, launch, better = voices(sunday), sunday.timeline.launch_at, sunday.timeline.speed_release_at
    assert 170 <= len(said) <= 200
    pain = [voice for voice in said if launch <= voice.received_at < better]
    calm = [voice for voice in said if voice.received_at >= better]
    assert len(pain) > len(calm) > 50
    assert _csat(pain) < 0.4 < 0.75 < _csat(calm)
    assert _nps(pain) < -0.4 < 0 < _nps(calm)
    open_now = [voice for voice in said if not voice.resolved_at or voice.reopened_at]
    assert 8 <= len(open_now) <= 40
    assert sum(voice.confirmed_at is not None for voice in said) > 50
    assert sum(voice.department is None for voice in said) == 2
    assert all(voice.text is None or "{" not in voice.text for voice in said)


def _limits(values: list[float]) -> tuple[float, float, float]:
    """Lower limit, centre, upper limit by R24: the first 12 of a phase, mean +- 2.66 x mean moving range."""
    first = values[:12]
    centre = sum(first) / len(first)
    spread = 2.66 * sum(abs(b - a) for a, b in pairwise(first)) / (len(first) - 1)
    return centre - spread, centre, centre + spread


def _last_phase(story: Story, kpi: str) -> list[float]:
    begins = releases(story.timeline)[kpi][-1][0]
    return [each.value for each in measurements(story.timeline) if each.kpi == kpi and each.at >= begins]


def test_order_time_is_consistently_met_and_without_signals(story: Story) -> None:
    values = _last_phase(story, "KPI-1")
    lower, centre, upper = _limits(values)
    assert len(values) >= 12
    assert lower > 11 and centre == pytest.approx(13, abs=0.1) and upper < 15
    assert all(lower < value < upper for value in values)
    assert _longest_run([value > centre for value in values]) < 8


def test_accuracy_is_hit_and_miss_around_its_target(story: Story) -> None:
    values = _last_phase(story, "KPI-2")
    lower, centre, upper = _limits(values)
    assert len(values) >= 12
    assert lower < 0.98 < upper < 1
    assert all(lower < value < upper for value in values)
    assert _longest_run([value > centre for value in values]) < 8


def test_cost_is_consistently_missed_on_trial_limits(story: Story) -> None:
    values = _last_phase(story, "KPI-3")
    lower, _, upper = _limits(values)
    assert 6 <= len(values) <= 11
    assert 15 < lower < upper < 18


def test_training_has_not_enough_points(story: Story) -> None:
    assert sum(each.kpi == "KPI-4" for each in measurements(story.timeline)) == 4
    assert {kpi.id for kpi in KPIS} == {each.kpi for each in measurements(story.timeline)}


def test_accuracy_set_back_after_the_launch_and_order_time_went_from_two_hours_to_thirteen_minutes(
    sunday: Story,
) -> None:
    launch, better = sunday.timeline.launch_at, sunday.timeline.speed_release_at
    ratios = [each.value for each in measurements(sunday.timeline) if each.kpi == "KPI-2" and launch < each.at < better]
    assert ratios[0] > 0.95 > 0.90 > min(ratios) and ratios[-1] > 0.96
    minutes = [each for each in measurements(sunday.timeline) if each.kpi == "KPI-1"]
    assert minutes[0].at < sunday.timeline.sprints[0].started_at
    assert minutes[-1].at - minutes[0].at > timedelta(weeks=26)
    assert sum(each.value for each in minutes[:4]) / 4 == pytest.approx(120, abs=2)
    assert minutes[-1].value == pytest.approx(13, abs=0.7)


def _longest_run(sides: list[bool]) -> int:
    longest = run = 1
    for before, after in pairwise(sides):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    return longest


def test_decisions_are_about_changes_that_happened(story: Story) -> None:
    taken = decisions(story)
    requests = [each for each in taken if isinstance(each, ChangeRequestDecision)]
    waivers = [each for each in taken if isinstance(each, WaiverDecision)]
    goals = [each for each in taken if isinstance(each, GoalDecision)]
    assert len(requests) >= 24 and len(waivers) >= 9 and len(goals) == 21
    stays = {(stay.key, stay.sprint.name): stay for stay in story.stays}
    changed = [(covered.key, covered.sprint, covered.change_kind) for each in requests for covered in each.covered]
    changed += [(each.key, each.sprint, each.change_kind) for each in waivers]
    assert len(changed) == len(set(changed))
    for key, sprint, kind in changed:
        stay = stays[key, sprint]
        assert stay.sprint.number >= 7
        happened = {
            "added": stay.is_late,
            "removed": stay.removed_at is not None,
            "re_estimated": bool(story.events_of(key, "estimate")),
            "content": any(story.events_of(key, name) for name in ("title", "description", "priority")),
        }
        assert happened[kind], (key, sprint, kind)


def test_every_tag_of_the_plot_is_decided_about(sunday: Story) -> None:
    taken = decisions(sunday)
    decided = {covered.key for each in taken if isinstance(each, ChangeRequestDecision) for covered in each.covered}
    decided |= {each.key for each in taken if isinstance(each, WaiverDecision)}
    assert {item.key for item in sunday.items if item.tag} == decided


def test_nobody_signs_their_own_request_and_some_are_not_signed(story: Story) -> None:
    requests = [each for each in decisions(story) if isinstance(each, ChangeRequestDecision)]
    for each in requests:
        assert each.signed_by != each.requested_by
        assert (each.decision is None) == (each.signed_by is None) == (each.signed_at is None)
        assert each.signed_at is None or each.signed_at > each.requested_at
        assert each.requested_at.tzinfo is not None
    found = Counter(each.decision for each in requests)
    assert found["approved"] >= 20 and found[None] >= 2 and found["rejected"] <= 1


def test_the_running_sprint_has_no_verdict_on_its_goal_and_a_sprint_without_goal_neither(sunday: Story) -> None:
    judged = {each.sprint for each in decisions(sunday) if isinstance(each, GoalDecision)}
    assert sunday.timeline.sprint(INTAKE, 12).name not in judged
    assert sunday.timeline.sprint(FULFILMENT, 4).name not in judged
    assert len(judged) == 21


def test_the_same_day_always_tells_the_same_story() -> None:
    assert tell(ANCHOR) == tell(ANCHOR)
    assert voices(tell(ANCHOR)) == voices(tell(ANCHOR))
    assert tell(ANCHOR) != tell(ANCHOR + timedelta(days=1))


def test_work_flows_faster_since_the_teams_begin_only_what_they_can_finish(story: Story) -> None:
    last_sprint = {row.item.key: row.stay.sprint.number for row in story.rows}
    days: dict[bool, list[float]] = {True: [], False: []}
    ages = []
    for item in story.items:
        begun = [event.at for event in story.events_of(item.key, "status") if event.after == "in_progress"]
        done = story.done_at(item.key, story.timeline.cut)
        if begun and done:
            days[last_sprint[item.key] >= 10].append((done - begun[-1]).total_seconds() / 86400)
        elif begun and story.now(item.key, "status") == "in_progress":
            ages.append((story.timeline.cut - begun[-1]).days)
    assert median(days[True]) < 0.6 * median(days[False])
    assert len(ages) >= 2
    assert max(ages) <= 13  # what was begun stands in the running sprint; what was taken out was put back
