"""The README's table of metrics is the registry's; `python -m tests.test_readme` writes it anew."""

import re
from pathlib import Path

from metrics import registry

README = Path(__file__).parents[1] / "README.md"
PLACE = re.compile(r"(<!-- metrics: [^\n]*-->\n).*?(<!-- /metrics -->)", re.DOTALL)


def table() -> str:
    rows = ["| metric | what it tells | unit | rule |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{one.name}` {one.title} | {one.description} | {one.unit or '-'} | {one.rule} |"
        for _, one in sorted(registry.load().items())
    ]
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    return PLACE.sub(lambda found: found[1] + table() + found[2], readme)


def test_the_readmes_table_of_metrics_is_the_registrys() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_table(text)
    assert text.count("| `") >= len(registry.load())


def test_every_command_that_the_readme_names_exists() -> None:
    from fortnight import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    commands |= {group.name for group in app.registered_groups}
    named = set(re.findall(r"python fortnight\.py ([\w-]+)", README.read_text(encoding="utf-8")))
    assert named <= commands, named - commands


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
