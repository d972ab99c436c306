"""`demo-jira`: a simulated Jira to try a source on."""

from typing import Annotated
from zoneinfo import available_timezones

import typer

from core.clock import now
from core.errors import FortnightError
from core.i18n import N_, Text
from core.reader import Reader
from reports.shell_help import reason
from services.commands.frame import LANG, Lang, app, command, h, option

FLAVOURS = ("cloud", "data-center")


@command(app, "demo-jira", N_("Serve a simulated Jira on this machine, to try a source on; Ctrl+C stops it."))
def demo_jira(
    flavour: Annotated[
        str, option("--flavour", N_("Which Jira it behaves like: cloud or data-center."), N_("FLAVOUR"))
    ] = "cloud",
    issues: Annotated[int, option("--issues", N_("How many issues it holds."), N_("NUMBER"), min=1, max=100_000)] = 300,
    port: Annotated[int, option("--port", N_("The port; 0 takes a free one."), N_("NUMBER"), min=0, max=65_535)] = 8099,
    seed: Annotated[int, option("--seed", N_("Another number gives another project."), N_("NUMBER"), min=0)] = 7,
    latency: Annotated[
        int, option("--latency", N_("Milliseconds by which every answer is delayed."), N_("NUMBER"), min=0)
    ] = 0,
    zone: Annotated[
        str,
        option(
            "--zone",
            N_("The account's time zone, in which queries are read; China's if not said."),
            N_("ZONE"),
            show_default=False,
        ),
    ] = "Asia/Shanghai",
    prerender: Annotated[
        int, option("--prerender", N_("Megabytes of answers kept, for measurements."), N_("NUMBER"), min=0)
    ] = 0,
    control: Annotated[
        bool, option("--control", N_("Open the control desk, where edits and faults are ordered. No password."))
    ] = False,
    lang: Lang = LANG,
) -> None:
    from services.demo_jira.dialect import Manner
    from services.demo_jira.server import TOKEN, Options, listening, serve
    from services.demo_jira.site import account_of

    if flavour not in FLAVOURS:
        raise typer.BadParameter(h(N_("Use cloud or data-center.")), param_hint="--flavour")
    if zone not in available_timezones():
        raise typer.BadParameter(h(N_("Give a time zone such as Asia/Shanghai.")), param_hint="--zone")
    try:
        manner = Manner(flavour=flavour, zone=zone)
        door = listening(port)
    except OSError as error:
        raise FortnightError(
            Text("The simulated Jira cannot listen on port {port}.", port=str(port)), why=reason(error),
            next=Text("Choose another port with --port; 0 takes a free one."),
        ) from error  # fmt: skip
    url, account = f"http://127.0.0.1:{door.getsockname()[1]}", account_of(manner)
    if control:
        typer.echo(Reader(lang).t("Control desk: {url}/_control/", url=url))
    for line in _welcome(Reader(lang), flavour, issues, url, account, TOKEN):
        typer.echo(line)
    options = Options(
        manner, issues, seed, now(), is_live=True, latency_ms=latency, control=control, prerender=prerender
    )
    try:
        serve(options, door)
    except KeyboardInterrupt:
        typer.echo()
    finally:
        door.close()
    typer.echo(Reader(lang).t("The simulated Jira has stopped; nothing of it is kept."))


def _welcome(who: Reader, flavour: str, issues: int, url: str, account: str, token: str) -> list[str]:
    """How to reach it, and the command that connects it."""
    is_cloud = flavour == "cloud"
    name = who.t("Jira Cloud") if is_cloud else who.t("Jira Data Center")
    lines = [
        who.t(
            "A simulated {name} with {n} issues, made from nothing: no real person or project is in it.",
            name=name,
            n=issues,
        ),
        who.t("Address: {url}", url=url),
        who.t("Account: {account}", account=account),
        who.t("Token:   {token}", token=token),
        who.t("To connect it, set these and run, in another window:"),
        f"  export FORTNIGHT_JIRA_TOKEN={token}",
    ]
    if is_cloud:
        lines.append(f"  export FORTNIGHT_JIRA_EMAIL={account}")
    return [
        *lines,
        f"  python fortnight.py sources add jira demo --url {url}",
        "  python fortnight.py sync demo",
        who.t("Ctrl+C stops it."),
    ]
