"""`make size`: lines of Python code against the budgets, and the files and functions that outgrew a screen.

A line counts when it holds code: blank lines, comments and docstrings (of attributes too) are free.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from postroom_bench.checkout import ROOT, agent_folders

BUDGETS = {
    "shared/postroom": 15000,
    "shared/postroom/doctor": 600,
    "shared/postroom_kit": 14500,
    "shared/agentmail_sandbox": 5750,
    "shared/postroom_bench": 3600,
}
AGENT_BUDGET = 350
LARGER = {"agents/collections_agent": 450, "agents/recruiter_agent": 520}
"""Agents that may have more (decision 27)."""
TOP = {"agents", "shared", "tests", "templates", "docs", "README.md", "pyproject.toml", "Makefile", "LICENSE"}
"""What the top of the checkout holds, beside lock files, dotfiles and what a build leaves."""
BUILT = {"build", "dist"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


@dataclass(frozen=True)
class Measured:
    """A package or agent: its lines of code and how many it may have."""

    name: str
    lines: int
    budget: int

    @property
    def over(self) -> bool:
        """Tell whether it outgrew its budget."""
        return self.lines > self.budget


def code_lines(source: str) -> int:
    """Return how many lines of a module hold code; a docstring counts as none, however long."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def measure(root: Path = ROOT) -> list[Measured]:
    """Return every package and every agent of a checkout, in reading order."""
    agents = {str(folder.relative_to(root)): AGENT_BUDGET for folder in agent_folders(root)}
    budgets = {**BUDGETS, **agents, **{name: lines for name, lines in LARGER.items() if name in agents}}
    owners = {name: [path for path in _sources(root / name) if _owner(path, root, budgets) == name] for name in budgets}
    return [
        Measured(name, sum(code_lines(path.read_text(encoding="utf-8")) for path in owners[name]), budget)
        for name, budget in budgets.items()
    ]


def _owner(path: Path, root: Path, names: Iterable[str]) -> str:
    """Return the innermost of the folders with a budget that hold a file."""
    return max((name for name in names if path.is_relative_to(root / name)), key=len)


def outgrown(root: Path = ROOT) -> Iterator[str]:
    """Yield a line for each file over 300 lines and each function over 50, all lines counted."""
    for folder in ("shared", "agents", "tests"):
        for path in _sources(root / folder):
            source = path.read_text(encoding="utf-8")
            name, length = path.relative_to(root), source.count("\n")
            if length > LONGEST_FILE:
                yield f"{name}: {length} lines"
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    span = (node.end_lineno or node.lineno) - node.lineno + 1
                    if span > LONGEST_FUNCTION:
                        yield f"{name}:{node.lineno}: {node.name} has {span} lines"


def strangers(root: Path = ROOT) -> list[str]:
    """Return the names at the top of a checkout that do not belong there."""
    names = {path.name for path in root.iterdir() if not path.name.startswith(".") and path.suffix != ".lock"}
    return sorted(names - TOP - BUILT)


def _sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def main(root: Path = ROOT) -> int:
    """Print the table; return 1 when a budget is exceeded."""
    measured = measure(root)
    width = max(len(item.name) for item in measured)
    click.echo(f"{'code lines':{width}}  {'used':>6} {'budget':>6}")
    for item in measured:
        note = "  OVER: shorten it, or write a decision record" if item.over else ""
        click.echo(f"{item.name:{width}}  {item.lines:6,} {item.budget:6,} {item.lines / item.budget:5.0%}{note}")
    long = list(outgrown(root))
    click.echo(f"\nfiles over {LONGEST_FILE} lines, functions over {LONGEST_FUNCTION}: {len(long) or 'none'}")
    for line in long:
        click.echo(f"  {line}")
    odd = strangers(root)
    if odd:
        click.echo(f"\ndoes not belong at the top of the checkout: {', '.join(odd)}")
    return int(any(item.over for item in measured) or bool(odd))


if __name__ == "__main__":
    sys.exit(main())
