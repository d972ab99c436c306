"""The command-line door: the same actions and figures as the pages, for cron, shell and audit.

Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage. Its words follow --lang where a command takes
it, else FORTNIGHT_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG). The commands live in services/commands/.
"""

import os
import socket
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from core.config import ROOT
from core.errors import FortnightError
from core.i18n import N_, Text
from core.reader import Reader
from reports.shell_help import full_help, reason, usage_error
from services import commands
from services.commands.frame import LANG, app, command, opened, option, say

commands.load()


@command(app, "serve", N_("Serve the dashboard on this machine."))
def serve(
    port: Annotated[int, option("--port", N_("The port to listen on."), N_("PORT"), min=1, max=65535)] = 8501,
    no_schedule: Annotated[bool, option("--no-schedule", N_("Sync nothing by the clock: a worker does."))] = False,
    address: Annotated[str, option("--address", N_("The address to listen on."), N_("ADDRESS"))] = "127.0.0.1",
    require_sign_in: Annotated[
        bool, option("--require-sign-in", N_("Ask for an account even for the sample on this machine."))
    ] = False,
) -> None:
    from services.sign_in.serving import address_of, first_link, settle

    if no_schedule:
        os.environ["FORTNIGHT_NO_SCHEDULE"] = "1"
    policy = settle(address, is_required=require_sign_in)
    store, _ = opened()  # a damaged or outdated database is refused here, before a page can show anything
    _probe(address, port)
    base = address_of(policy, address, port)
    say(N_("Fortnight is at {url} - press Ctrl+C to stop."), url=base)
    link = first_link(store, policy, base)
    if link:
        say(N_("Make the first administrator here, once, within 3 days: {url}"), url=link)
    store.engine.dispose()
    sys.stdout.flush()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working folder
    from streamlit.web.cli import main as streamlit

    names = [part for host in sorted(policy.hosts) for part in ("--server.allowedHosts", host)]
    sys.argv = ["streamlit", "run", str(ROOT / "dashboard.py"), "--server.address", address,
                "--server.port", str(port), "--server.headless", "true", *names]  # fmt: skip
    streamlit()


def _probe(address: str, port: int) -> None:
    """Say in one line that a port is taken, before Streamlit says it in many."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise FortnightError(
                Text("Port {port} cannot be listened on.", port=str(port)),
                why=Text("Another program listens there, or the system keeps it to itself."),
                next=Text("Choose another one: make run PORT=9000, or serve --port 9000."),
            ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns: its exit code; a failure is one line on stderr, never a traceback unless FORTNIGHT_DEBUG=1
    asks for one."""
    spoken: dict[str, Any] = {"lang": LANG}
    try:
        done = root().main(args=arguments, prog_name="fortnight.py", standalone_mode=False, obj=spoken)
        sys.stdout.flush()
        return done if isinstance(done, int) else 0
    except typer.TyperException as error:
        for line in usage_error(LANG, error):
            typer.echo(line, err=True)
        return error.exit_code
    except (BrokenPipeError, SystemExit) as left:
        if not isinstance(left, BrokenPipeError) and not isinstance(left.__context__, BrokenPipeError):
            raise
        # The reader of a pipe left (`| head`): not an error of ours, though Click exits with 1 where it sees it first, and
        # nothing more may be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.Abort:
        return 130
    except Exception as error:
        if os.environ.get("FORTNIGHT_DEBUG") == "1":
            raise
        told = error if isinstance(error, FortnightError) else _unforeseen(error)
        typer.echo(" ".join(told.say(Reader(spoken["lang"])).split()), err=True)
        return 1


def root() -> Any:
    """The whole command, each subcommand listed with its full help."""
    found = typer.main.get_command(app)
    full_help(found)
    return found


def _unforeseen(error: Exception) -> FortnightError:
    """An error nobody put into words: what the system said, or what to report."""
    if isinstance(error, OSError):
        return FortnightError(
            Text("The system refuses."), where=Text("{path}:", path=str(error.filename or "-")), why=reason(error),
            next=Text("Check the name, the permissions and the free space."),
        )  # fmt: skip
    return FortnightError(
        Text("Fortnight failed in a way it does not know."),
        why=Text("{kind}: {reason}", kind=type(error).__name__, reason=str(error)),
        next=Text("Please report this line; with FORTNIGHT_DEBUG=1 the same command says where."),
    )


if __name__ == "__main__":
    sys.exit(main())
