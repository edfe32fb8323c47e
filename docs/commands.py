"""Writes commands.md from the program's own help: python docs/commands.py (in an environment with km2ipd)."""

from __future__ import annotations

from pathlib import Path

import click
from km2ipd import cli

HEAD = """\
# Every command's help

Written by `python docs/commands.py`; a test keeps it current.
"""


def commands_page() -> str:
    """The page: the program's help, then each command's."""
    pages = [HEAD, section("km2ipd", cli.cli)]
    pages += [section(f"km2ipd {name}", command) for name, command in sorted(cli.cli.commands.items())]
    return "\n".join(pages)


def section(title: str, command: click.Command) -> str:
    """One command's help as a section."""
    settings = {"help_option_names": cli.cli.context_settings["help_option_names"]}
    context = click.Context(command, info_name=title, terminal_width=80, max_content_width=80, **settings)
    return f"## {title}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(commands_page(), encoding="utf-8")
