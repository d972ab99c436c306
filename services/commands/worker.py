"""`worker`: the schedule in a process of its own, where several replicas serve the dashboard."""

import signal
import threading

import typer

from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, app, command, opened, say


@command(app, "worker", N_("Sync the sources and watched files by the clock, without a dashboard."))
def worker() -> None:
    from services.schedule import Schedule, told_in_words

    store, _ = opened()
    who = Reader(LANG)
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    schedule = Schedule(store, told=lambda outcome: typer.echo(who.say(told_in_words(outcome)))).start()
    say(N_("Working by the clock - press Ctrl+C to stop."))
    ended.wait()
    schedule.stop()
