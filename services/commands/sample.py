"""`sample load|clear`: the invented workspace of an online shop."""

from typing import Annotated

import typer

from core.actor import local_admin
from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, command, group, opened, option, say

sample_app = group(N_("Load or clear the sample workspace."), "sample")


@command(sample_app, "load", N_("Load the sample workspace: an online shop's order-processing project."))
def sample_load(
    if_empty: Annotated[bool, option("--if-empty", N_("Only if nothing was ever loaded."))] = False,
) -> None:
    from services.sample.load import is_wanted, load_sample

    store, _ = opened()
    if if_empty and not is_wanted(store):
        return
    say(N_("The sample workspace is in: {n} work items."), n=load_sample(store, local_admin())["work_item"])


@command(sample_app, "clear", N_("Remove the sample workspace for good."))
def sample_clear() -> None:
    from actions.sample import clear_sample

    store, _ = opened()
    removed = clear_sample(store, local_admin())
    typer.echo(
        Reader(LANG).tn("The sample is gone: {n} row removed.", "The sample is gone: {n} rows removed.", removed)
    )
