"""`show sprint|churn|flow|forecast|kpi|feedback`: the figures of each page, as a table or as JSON."""

from collections.abc import Sequence
from typing import Annotated, Any

from core.actor import EVERYTHING
from core.clock import now
from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, AsOf, Json, Lang, SourceName, command, group, instant, option, plain, show

show_app = group(N_("Print the figures of a page."), "show")
BoardName = Annotated[str | None, option("--board", N_("The board's name or id."), N_("NAME"))]


@command(show_app, "sprint", N_("The ledger of one sprint, item by item, with reasons."))
def show_sprint(
    source: SourceName = None,
    sprint: Annotated[
        str | None,
        option("--sprint", N_("The sprint's id or name; the latest started where it is not said."), N_("SPRINT")),
    ] = None,
    as_of: AsOf = None,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from reports.figures import sprint_payload
    from reports.tables import sprint_lines

    def payload(session: Any, who: Reader) -> Any:
        at = instant(as_of, who)
        return sprint_payload(session, EVERYTHING, who, source=source, sprint=sprint, as_of=at)

    show(payload, plain(sprint_lines), lang, as_json)


@command(show_app, "churn", N_("Requirement churn per sprint, and how much of it was approved."))
def show_churn(source: SourceName = None, as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import churn_payload
    from reports.tables import churn_lines

    def payload(session: Any, who: Reader) -> Any:
        return churn_payload(session, EVERYTHING, source=source, as_of=instant(as_of, who))

    show(payload, plain(churn_lines), lang, as_json)


@command(show_app, "flow", N_("How each team's work flows: cycle times, age, throughput."))
def show_flow(
    source: SourceName = None, board: BoardName = None, as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False
) -> None:
    from reports.figures.flow import flow_payload
    from reports.flow_lines import flow_lines

    def payload(session: Any, who: Reader) -> Any:
        return flow_payload(session, EVERYTHING, source=source, board=board, as_of=instant(as_of, who) or now())

    show(payload, plain(flow_lines), lang, as_json)


@command(show_app, "forecast", N_("When each team's open work will be done, with the forecast's own back-test."))
def show_forecast(
    source: SourceName = None,
    board: BoardName = None,
    target: Annotated[
        str | None,
        option(
            "--target", N_("version:NAME, epic:NAME or board; by default the first version with work left."), N_("WHAT")
        ),
    ] = None,
    until: Annotated[
        str | None,
        option("--until", N_("The day to count items to; two weeks from then where it is not said."), N_("DAY")),
    ] = None,
    as_of: AsOf = None,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from reports.figures.flow import forecast_payload
    from reports.flow_lines import forecast_lines

    def payload(session: Any, who: Reader) -> Any:
        by = instant(until, who)
        return forecast_payload(
            session, EVERYTHING, who, source=source, board=board, target=target,
            until=who.local(by).date() if by else None, as_of=instant(as_of, who) or now(),
        )  # fmt: skip

    show(payload, plain(forecast_lines), lang, as_json)


@command(show_app, "kpi", N_("Each KPI: baseline, now, target, limits and assurance."))
def show_kpi(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import kpi_payload, kpi_units
    from reports.tables import kpi_lines

    def lines(session: Any, payload: Any, who: Reader) -> Sequence[str]:
        return kpi_lines(payload, who, kpi_units(session, EVERYTHING))

    show(
        lambda session, who: kpi_payload(session, EVERYTHING, as_of=instant(as_of, who) or now()), lines, lang, as_json
    )


@command(show_app, "feedback", N_("Feedback after launch, week by week, and how fast it is answered."))
def show_feedback(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import feedback_payload
    from reports.tables import feedback_lines

    show(
        lambda session, who: feedback_payload(session, EVERYTHING, who, as_of=instant(as_of, who) or now()),
        plain(feedback_lines),
        lang,
        as_json,
    )
