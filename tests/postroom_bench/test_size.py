"""Lines are counted as the budgets mean them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_bench import size

MODULE = '''"""What this is."""

LIMIT = 3
"""Why three."""


def double(x: int) -> int:
    """Double it.

    At length.
    """
    # because
    return x * LIMIT
'''


def checkout(root: Path, **sources: str) -> Path:
    for package in size.BUDGETS:
        (root / package).mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        path = root / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return root


def test_blank_lines_comments_and_docstrings_are_free() -> None:
    assert size.code_lines(MODULE) == 3


def test_a_long_string_that_is_a_value_counts_in_full() -> None:
    assert size.code_lines('QUERY = """\nselect 1\n"""\n') == 3


@given(st.lists(st.sampled_from(["", "# why", "   ", "# a longer reason  "]), max_size=5), st.integers(0, 3))
def test_comments_and_blank_lines_between_statements_never_change_the_count(extra: list[str], where: int) -> None:
    lines = ["import os", "a = 1", "b = (a,", "     a)"]
    assert size.code_lines("\n".join([*lines[:where], *extra, *lines[where:]]) + "\n") == 4


def test_a_folder_with_a_budget_of_its_own_does_not_count_against_the_one_around_it(tmp_path: Path) -> None:
    root = checkout(tmp_path, shared__postroom__a_py="x = 1\n", shared__postroom__doctor__b_py="x = 1\ny = 2\n")
    lines = {item.name: item.lines for item in size.measure(root)}
    assert (lines["shared/postroom"], lines["shared/postroom/doctor"]) == (1, 2)


def test_a_package_within_its_budget_passes_and_one_beyond_it_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    budget = size.BUDGETS["shared/postroom"]
    root = checkout(tmp_path, shared__postroom__a_py="x = 1\n" * budget)
    assert size.main(root) == 0
    assert "OVER" not in capsys.readouterr().out
    (root / "shared/postroom/b.py").write_text("y = 1\n")
    assert size.main(root) == 1
    assert f"shared/postroom           {budget + 1:,} {budget:,}" in capsys.readouterr().out


def test_each_agent_has_a_budget_of_its_own(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    for name in ("small_agent", "large_agent"):
        (root / "agents" / name).mkdir(parents=True)
        (root / "agents" / name / "agent.py").write_text("x = 1\n" * (351 if name == "large_agent" else 350))
    over = [item.name for item in size.measure(root) if item.over]
    assert over == ["agents/large_agent"]


def test_files_and_functions_that_outgrew_a_screen_are_named(tmp_path: Path) -> None:
    body = "    x = 1\n"
    root = checkout(
        tmp_path,
        shared__postroom__fine_py="def f():\n" + body * 49,
        shared__postroom__long_py="def g():\n" + body * 50 + "x = 1\n" * 250,
    )
    assert list(size.outgrown(root)) == [
        "shared/postroom/long.py: 301 lines",
        "shared/postroom/long.py:1: g has 51 lines",
    ]


def test_what_does_not_belong_at_the_top_of_the_checkout_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(tmp_path)
    (root / "README.md").touch()
    (root / "requirements.lock").touch()
    (root / ".gitignore").touch()
    (root / "profiler-1.0.whl").touch()
    assert size.main(root) == 1
    assert "checkout: profiler-1.0.whl" in capsys.readouterr().out
