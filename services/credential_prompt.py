"""Asking for a credential at the terminal, from the environment or from a file; never among a command's arguments, where
process lists and histories would show it."""

import getpass
import os
import sys
from pathlib import Path
from typing import Any

from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.reader import Reader
from reports.shell_help import reason
from services.commands.frame import LANG

TOKEN_VARIABLE, ACCOUNT_VARIABLE = "FORTNIGHT_JIRA_TOKEN", "FORTNIGHT_JIRA_EMAIL"


def asked_credential(
    account: str | None, credential_file: Path | None, token_file: Path | None
) -> tuple[str | None, str]:
    """Account and secret: from a file, from the environment, else from whoever sits at the terminal."""
    account = account or os.environ.get(ACCOUNT_VARIABLE) or None
    if credential_file is not None:
        lines = [line.strip() for line in _text_of(credential_file).splitlines() if line.strip()]
        if len(lines) == 2:
            return lines[0], lines[1]
        if len(lines) == 1:
            return account, lines[0]
        raise Invalid(
            Text("{path} holds no credential.", path=str(credential_file)),
            next=Text("Put the account on its first line and the secret on its second, or the token alone."),
        )
    secret = os.environ.get(TOKEN_VARIABLE, "") if token_file is None else _text_of(token_file)
    secret = secret.strip()
    if secret:
        return account, secret
    if not sys.stdin.isatty():
        raise Invalid(
            Text("There is no credential."),
            next=Text(
                "Put it into {variable} or a file (--token-file), or run this at a terminal.", variable=TOKEN_VARIABLE
            ),
        )
    if account is None:
        account = asked_line(N_("Email or user name (empty for a personal access token): ")).strip() or None
    return account, getpass.getpass(Reader(LANG).t("Token or password (not shown): "))


def asked_line(message: str, **params: Any) -> str:
    """What a person types at the terminal. Args: message, a marked sentence, and its parameters."""
    return input(Reader(LANG).t(message, **params))


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise FortnightError(
            Text("The file cannot be read."), where=Text("{path}:", path=str(file)), why=reason(error),
            next=Text("Check the name and the permissions."),
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        raise Invalid(Text("{path} holds no credential.", path=str(file))) from error
