"""`make docs`: the parts of the docs that are drawn from the code, written anew or checked for freshness."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticUndefined

from postroom.agent import Agent
from postroom.cli import group
from postroom.decision import Decision
from postroom.loading import load_agent
from postroom.monitoring.measures import MEASURES
from postroom.monitoring.metrics import metric_name
from postroom.settings import Settings
from postroom_bench import sdk_calls
from postroom_bench.checkout import ROOT, agent_folders
from postroom_bench.flow_picture import mermaid
from postroom_bench.scenario import SPAN, Scenario
from postroom_kit.outreach import BOOKS, rows

NOTE = "<!-- Written by `make docs` from the code; change it there. -->\n\n"
HELP_WIDTH = 100
"""Columns of a command's help, so that the page does not depend on anybody's terminal."""


LAW_HEAD = """# Law and manners

What is asked of every mail to somebody who did not write first, when it is planned and again when it leaves. The rules
are data: TOML files in `shared/postroom_kit/outreach/`, each rule with its source and a check in code; the audit has
their names.

**This is no legal advice.** The rules are our own words about texts that change. `checked: no` says that nobody here
compared a rule with its source; such a rule takes the stricter reading. What is not known of a person or a debt counts
as the stricter, too. Ask a lawyer before you write to people.
"""


class DocsError(ValueError):
    """A hand-written page that lacks the place where a generated part goes."""


def parts(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Yield each generated file with the content it should have. Raises DocsError."""
    agents = [load_agent(str(folder)) for folder in agent_folders(root)]
    yield root / "docs/cli.md", cli_page()
    yield root / "docs/settings.md", settings_page()
    yield root / "docs/agents.md", agents_page(agents)
    yield root / "docs/law.md", law_page()
    yield root / "shared/postroom_bench/scenario.schema.json", scenario_schema()
    yield root / "docs/sandbox-coverage.md", f"{NOTE}{sdk_calls.page()}"
    sandbox = root / "shared/agentmail_sandbox/README.md"
    yield sandbox, in_place(sandbox, "coverage", sdk_calls.summary())
    monitoring = root / "docs/monitoring.md"
    yield monitoring, in_place(monitoring, "figures", figures_table())
    for agent in agents:
        readme = agent.folder / "README.md"
        yield readme, in_place(readme, "flow", f"```mermaid\n{mermaid(agent)}\n```")


def cli_page() -> str:
    """Return the help of every command as Markdown."""
    pages = [f"{NOTE}# The `postroom` command\n"]
    wide: dict[str, Any] = {"terminal_width": HELP_WIDTH, "max_content_width": HELP_WIDTH}
    context = click.Context(group, info_name="postroom", **wide, **group.context_settings)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            help_text = command.get_help(click.Context(command, context, info_name=name))
            pages.append(f"## postroom {name}\n\n```text\n{help_text}\n```\n")
    return "\n".join(pages)


def settings_page() -> str:
    """Return the table of all settings: the variable, its default, and what it does."""
    words = _attribute_docs(Settings)
    lines = ["| variable | default | what it sets |", "|---|---|---|"]
    for name, field in sorted(Settings.model_fields.items(), key=lambda item: item[1].alias or item[0].upper()):
        default = "" if field.default in (None, "", PydanticUndefined) else f"`{field.default}`"
        lines.append(f"| `{field.alias or name.upper()}` | {default} | {words.get(name, '')} |")
    return (
        f"{NOTE}# Settings\n\nFrom the environment, or from `.env` in the folder you start in.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def agents_page(agents: list[Agent]) -> str:
    """Return the table of all agents: name, address, states, decisions, letters."""
    lines = ["| agent | address on the sandbox | states | decisions | letters |", "|---|---|---|---|---|"]
    for agent in agents:
        letters = sorted(path.name.removesuffix(".md.j2") for path in (agent.folder / "emails").glob("*.md.j2"))
        cells = [
            f"[{agent.name}](../agents/{agent.folder.name}/README.md)",
            f"`{agent.inbox}@sandbox.test`",
            ", ".join(state.value for state in agent.flow.states),
            ", ".join(decision_names(agent)),
            ", ".join(letters),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return f"{NOTE}# Agents\n\n" + "\n".join(lines) + "\n"


def law_page() -> str:
    """Return all rules about mail to people who did not write first, by book, and which of them nobody checked."""
    rules = rows()
    page = [LAW_HEAD]
    for book in BOOKS:
        page += [
            f"## {book.replace('_', ' ').capitalize()}\n",
            "| rule | what it asks | when | source | text of | checked |",
        ]
        page += ["|---|---|---|---|---|---|"]
        for row in (row for row in rules if row["book"] == book):
            outcome = {"refuse": "never leaves", "hold": "waits for a person", "wait": "leaves later"}[row["outcome"]]
            asks = f"**{row['title']}.** {row['text']} Otherwise it {outcome}."
            cells = (f"`{row['name']}`", asks, row["applies"], row["source"], row["dated"], row["checked"])
            page.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        page.append("")
    unchecked = [f"`{row['name']}`" for row in rules if row["checked"] == "no" and row["name"].startswith("law/")]
    page += [f"## Not checked\n\nOf {len(unchecked)} rules of law nobody read the source: {', '.join(unchecked)}."]
    return NOTE + "\n".join(page) + "\n"


def figures_table() -> str:
    """Return the table of all that is measured: what it says, its target, and the name Prometheus knows it by."""
    lines = ["| figure | unit | what it says | target | from how many mails on | metric |", "|---|---|---|---|---|---|"]
    for each in MEASURES:
        cells = (f"`{each.name}`", each.unit, each.says, each.target, str(each.least or ""), f"`{metric_name(each)}`")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def decision_names(agent: Agent) -> list[str]:
    """Return the names of an agent's decisions, in the order of its `decisions.py`."""
    module = vars(sys.modules[f"{agent.folder.name}.decisions"])
    kinds = [value for value in module.values() if inspect.isclass(value) and issubclass(value, Decision)]
    return [kind.__name__ for kind in kinds if kind is not Decision]


class ScenarioSchema(GenerateJsonSchema):
    """Spans of time are written `90m` or `14d` in a scenario, not as ISO 8601 durations."""

    def timedelta_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ARG002
        """Return the schema of a span."""
        return {"type": "string", "pattern": f"^{SPAN.pattern}$"}


def scenario_schema() -> str:
    """Return the JSON Schema (2020-12) that editors check scenario files with."""
    schema = Scenario.model_json_schema(schema_generator=ScenarioSchema)
    return json.dumps({"$schema": ScenarioSchema.schema_dialect, **schema}, indent=2, ensure_ascii=False) + "\n"


def in_place(readme: Path, name: str, content: str) -> str:
    """Return a README with ``content`` between `<!-- name -->` and `<!-- /name -->`; raises DocsError without them."""
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not place.search(text):
        lacking = f"{readme.parent.name}/{readme.name} needs the lines <!-- {name} --> and <!-- /{name} -->"
        raise DocsError(f"{lacking}: what `make docs` writes goes between")
    return place.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def _attribute_docs(model: type) -> dict[str, str]:
    """Return the strings that follow a class's attributes, each as one line."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    statements = definition.body if isinstance(definition, ast.ClassDef) else []
    words = {}
    for before, statement in itertools.pairwise(statements):
        match before, statement:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                words[name] = " ".join(text.split()).replace("|", "\\|")
    return words


def stale(root: Path = ROOT) -> list[tuple[Path, str]]:
    """Return the generated files that differ from what the code says now, with what they should hold."""
    return [
        (path, content)
        for path, content in parts(root)
        if not path.is_file() or path.read_text(encoding="utf-8") != content
    ]


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when something is stale.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=ROOT, help="Another checkout.")
def main(check: bool, root: Path) -> None:
    """Write the generated parts of the docs."""
    try:
        differing = stale(root)
    except DocsError as error:
        raise click.ClickException(str(error)) from error
    for path, content in differing:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        click.echo(f"{'stale' if check else 'written'}: {path.relative_to(root)}")
    if check and differing:
        raise click.ClickException("run make docs, and commit what it writes")


if __name__ == "__main__":
    main()
