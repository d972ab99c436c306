"""What people said in the sample story, when somebody answered, and whether they confirmed that it is right now.

Read from `feedback.psv`: a painful first month after the launch, then better. Whatever links to a work item is resolved
only after that item was done; what would happen after the story's end has not happened, so some of it is still open.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

from services.sample.cast import DEPARTMENTS, SEED, STAFF, STORES, SUPPORT
from services.sample.story import Story
from services.sample.timeline import working

VOICES = Path(__file__).with_name("feedback.psv")
DAYS = {"pilot": (-12, -1), "pain": (0, 27), "calm": (28, 48)}  # from the launch
REPLY_HOURS = {"pilot": (2, 10), "pain": (5, 44), "calm": (0.3, 6)}
SOLVE_HOURS = {"pilot": (20, 60), "pain": (30, 160), "calm": (4, 50)}
CSAT_WEIGHTS = {"pilot": (0, 1, 4, 4, 1), "pain": (4, 6, 5, 2, 1), "calm": (0, 1, 3, 9, 7)}
NPS_WEIGHTS = {"pain": (1, 1, 2, 3, 4, 5, 5, 5, 4, 3, 2), "calm": (0, 0, 0, 1, 1, 2, 2, 6, 8, 7, 4)}
TIMES_TOLD = {"pilot": 1, "pain": 2, "calm": 2}
SURVEY_TIMES = 4
ECHOES = {  # how the second person says the same thing
    "zh": ("今天又遇到：", "同样的情况：", "我们{store}也是：", "补充一条，"),
    "en": ("Same here: ", "Again today: ", "Also at {store}: ", "I was asked to add my voice: "),
}
REPLIES = {
    "bug": ("已复现，正在修", "Thank you, we can reproduce it and are on it", "已定位原因，今天内给出修复时间", "We found the cause; the fix goes out with the next release"),
    "idea": ("好建议，已记入需求池", "Good idea, it is written down and goes to Operations for a decision", "已提需求变更，等签字"),
    "question": ("见操作手册第 3 章，已私信链接", "Answered by phone, and added to the handbook", "已电话说明"),
    "praise": ("谢谢，转给团队了", "Thank you, the team was glad to read it"),
    "other": ("收到，已转给负责同事", "Noted and passed on"),
    "survey": ("谢谢您的意见，想和您约个时间细聊", "Thank you; may we call you about this?"),
}  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """One piece of feedback with what became of it; None where it has not happened."""

    id: str
    received_at: datetime
    kind: str
    text: str | None
    csat: int | None
    nps: int | None
    submitted_by: str
    department: str | None
    release: str
    replied_at: datetime | None = None
    replied_by: str | None = None
    reply: str | None = None
    resolved_at: datetime | None = None
    confirmed_at: datetime | None = None
    reopened_at: datetime | None = None
    work_item: str | None = None


def voices(story: Story) -> list[Voice]:
    """Every piece of feedback of the story, in order of time."""
    told: list[tuple[str, str, str, str, str, int]] = []
    for line in VOICES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        when, kind, dept, text, title = line.split("|")
        times = SURVEY_TIMES if kind == "survey" and not text else TIMES_TOLD[when]
        told += [(when, kind, dept, text, title, turn) for turn in range(times)]
    said = sorted((_voice(story, *each) for each in told), key=lambda voice: (voice.received_at, voice.submitted_by))
    return [_numbered(voice, number) for number, voice in enumerate(said, start=1)]


def _numbered(voice: Voice, number: int) -> Voice:
    # Two people forgot their department; a careful reader of the data finds them.
    department = None if number in (61, 118) else voice.department
    return Voice(**{**vars(voice), "id": f"FB-{number:03}", "department": department})


def _voice(story: Story, when: str, kind: str, dept: str, text: str, title: str, turn: int) -> Voice:
    random = Random(f"{SEED}:voice:{when}:{kind}:{dept}:{text}:{turn}")
    launch, cut = story.timeline.launch_at, story.timeline.cut
    first, last = DAYS[when]
    # The first two weeks after the launch are the loudest.
    offset = round(random.triangular(first, last, first + 7)) if when == "pain" else random.randint(first, last)
    day = launch.date() + timedelta(days=offset)
    key = story.key_of(title) if title else None
    received = datetime.combine(day, time(random.randint(9, 18), random.randint(0, 59)))
    if offset == 0:
        received = launch + timedelta(minutes=random.randint(15, 150))
    department = DEPARTMENTS[dept]
    scored = kind in ("survey", "praise") or random.random() < 0.35
    weights = (0, 0, 1, 5, 6) if kind == "praise" else CSAT_WEIGHTS[when]
    voice = Voice(
        id="",
        received_at=received,
        kind=kind,
        text=_words(text, turn, random).format(
            order=f"No. {random.randint(240000, 289999)}", store=random.choice(STORES)
        )
        or None,
        csat=random.choices(range(1, 6), weights)[0] if scored else None,
        nps=random.choices(range(11), NPS_WEIGHTS[when])[0] if kind == "survey" else None,
        submitted_by=random.choice(STAFF[department]),
        department=department,
        release="0.9" if when == "pilot" else "1.1" if received >= story.timeline.speed_release_at else "1.0",
        work_item=key,
    )
    return Voice(**{**vars(voice), **_aftermath(story, voice, when, random, cut)})


def _words(text: str, turn: int, random: Random) -> str:
    if not text or turn == 0:
        return text
    return random.choice(ECHOES["zh" if _is_chinese(text) else "en"]) + text


def _is_chinese(text: str) -> bool:
    """Whether most of it is; an English sentence may name a Chinese store."""
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text) * 4 > len(text)


def _answer(voice: Voice, random: Random) -> str:
    """An answer in the language of the question; a survey without words is answered in Chinese."""
    wanted = _is_chinese(voice.text) if voice.text else True
    return random.choice([reply for reply in REPLIES[voice.kind] if _is_chinese(reply) == wanted])


def _aftermath(story: Story, voice: Voice, when: str, random: Random, cut: datetime) -> dict[str, object]:
    """Reply, resolution, confirmation and reopening, as far as they happened before the cut."""
    after: dict[str, object] = {}
    if voice.kind == "survey" and (voice.csat or 5) > 2:
        return {"resolved_at": _before(_weekly_review(voice.received_at), cut)}
    if random.random() < 0.04:  # nobody answered
        return after
    replied = working(voice.received_at + timedelta(hours=random.uniform(*REPLY_HOURS[when])))
    if replied >= cut:
        return after
    after = {"replied_at": replied, "replied_by": random.choice(SUPPORT), "reply": _answer(voice, random)}
    resolved = working(replied + timedelta(hours=random.uniform(*SOLVE_HOURS[when])))
    if voice.kind in ("praise", "question", "survey", "other"):
        resolved = replied
    if voice.work_item:
        done = story.done_at(voice.work_item, cut)
        if done is None:
            return after
        resolved = max(resolved, working(done + timedelta(hours=random.uniform(2, 26))))
    if resolved >= cut or (voice.kind == "idea" and not voice.work_item):
        return after
    after["resolved_at"] = resolved
    if voice.kind == "bug" and when == "pain" and random.random() < 0.1:
        after["reopened_at"] = _before(working(resolved + timedelta(hours=random.uniform(8, 50))), cut)
    elif voice.kind not in ("praise", "survey") and random.random() < 0.8:
        after["confirmed_at"] = _before(working(resolved + timedelta(hours=random.uniform(3, 60))), cut)
    return after


def _before(at: datetime, cut: datetime) -> datetime | None:
    return at if at < cut else None


def _weekly_review(at: datetime) -> datetime:
    """The next Monday at ten, when survey answers are read."""
    monday = at.date() + timedelta(days=7 - at.weekday())
    return datetime.combine(monday, time(10, 0))
