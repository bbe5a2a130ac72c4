"""Arrays kept on disk: made once, made anew where the file is damaged or another's, gone when nobody asks for them."""

from __future__ import annotations

import os
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from postroom_kit import kept as module
from postroom_kit.kept import NOWHERE, Kept, fitted_once, packed, unpacked


class Maker:
    """Makes the same two arrays each time, and counts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[NDArray[Any]]:
        self.times += 1
        return [np.array([[0.1, -0.0], [1e-300, np.inf]]), np.arange(3)]


@pytest.fixture
def make() -> Maker:
    return Maker()


def bits(arrays: list[NDArray[Any]]) -> list[tuple[str, tuple[int, ...], bytes]]:
    return [(array.dtype.str, array.shape, array.tobytes()) for array in arrays]


def the_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_kept_is_made_once_and_the_same_bit_by_bit(tmp_path: Path, make: Maker) -> None:
    made = Kept(tmp_path / "new" / "learnt").arrays(["a", 1], make)
    again = Kept(tmp_path / "new" / "learnt").arrays(["a", 1], make)
    assert (bits(again), make.times) == (bits(made), 1)
    Kept(tmp_path / "new" / "learnt").arrays(["a", 2], make)
    assert make.times == 2


def test_without_a_folder_nothing_is_kept(make: Maker) -> None:
    NOWHERE.arrays(["a"], make)
    NOWHERE.fitted(["a"], make)
    assert make.times == 2


def test_what_was_fitted_by_other_code_is_fitted_again(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path)
    for _ in range(2):
        kept.fitted(["a"], make)
    assert make.times == 1
    monkeypatch.setattr(module, "_code", lambda: ["another version"])
    kept.fitted(["a"], make)
    assert make.times == 2


@pytest.mark.parametrize("name", ["code.py", "words.txt", "words.toml"])
def test_a_change_of_code_or_of_a_list_of_words_makes_other_code(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "__file__", str(tmp_path / "kept.py"))
    hashes = []
    for content in ("before", "after"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        hashes.append(module._code.__wrapped__()[-1])
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "pickled", "of another list"])
def test_a_file_that_is_damaged_or_not_ours_is_made_anew_and_said(
    damage: str, tmp_path: Path, make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    made = Kept(tmp_path).arrays(["a"], make)
    path = the_file(tmp_path)
    content = path.read_bytes()
    other = tmp_path / "other"
    Kept(other).arrays(["b"], make)
    path.write_bytes(
        {
            "empty": b"",
            "cut": content[:-1],
            "flipped": content[:200] + bytes([content[200] ^ 1]) + content[201:],
            "pickled": b"\x80\x04cos\nsystem\n.",
            "of another list": the_file(other).read_bytes(),
        }[damage]
    )
    assert bits(Kept(tmp_path).arrays(["a"], make)) == bits(made)
    assert make.times == 3
    assert f"{path} is damaged, or not of our making, and is made anew" in caplog.text
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_used_costs_time_alone(
    tmp_path: Path, make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert len(Kept(tmp_path / "file").arrays(["a"], make)) == 2
    assert "cannot be read" in caplog.text
    assert "are not kept" in caplog.text


@pytest.mark.parametrize("damaged", ["files", "folder"])
def test_however_much_is_damaged_it_is_said_in_one_line(
    damaged: str, tmp_path: Path, make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "learnt"
    for name in "abc":
        Kept(folder).arrays([name], make)
    for path in folder.iterdir():
        path.write_bytes(b"") if damaged == "files" else path.unlink()
    if damaged == "folder":
        folder.rmdir()
        folder.write_text("")
    kept = Kept(folder)
    for name in "abc":
        kept.arrays([name], make)
    assert len(caplog.records) == 1
    assert str(folder) in caplog.text


def test_a_full_disk_is_not_filled_further_by_what_could_not_be_written(
    tmp_path: Path, make: Maker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "replace", full)
        made = Kept(tmp_path).arrays(["a"], make)
    assert list(tmp_path.iterdir()) == []
    assert "No space left on device" in caplog.text
    assert bits(Kept(tmp_path).arrays(["a"], make)) == bits(made)


def test_files_that_nobody_read_for_a_month_are_deleted_with_what_a_crash_left(tmp_path: Path, make: Maker) -> None:
    kept, left = Kept(tmp_path), tmp_path / "tmp1.tmp"
    kept.arrays(["old"], make)
    old = the_file(tmp_path)
    left.touch()
    for path in (old, left):
        os.utime(path, (0, time.time() - 31 * 24 * 3600))
    kept.arrays(["old"], make)
    kept.arrays(["new"], make)
    assert old.exists()
    assert not left.exists()
    os.utime(old, (0, time.time() - 31 * 24 * 3600))
    kept.arrays(["newer"], make)
    assert not old.exists()


def test_what_cannot_be_deleted_from_the_folder_stops_nothing(tmp_path: Path, make: Maker) -> None:
    another = tmp_path / "anothers.npz"
    another.mkdir()
    os.utime(another, (0, 0))
    made = Kept(tmp_path).arrays(["a"], make)
    assert bits(Kept(tmp_path).arrays(["a"], make)) == bits(made)
    assert make.times == 1


def test_a_data_folder_made_on_the_way_is_its_owners_alone(tmp_path: Path, make: Maker) -> None:
    Kept(tmp_path / "data" / "learnt").arrays(["a"], make)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_any_words_survive_packing() -> None:
    words = ["", "a\0", "naïve", "🙂", "\ud800", "line\nbreak"]
    assert unpacked(packed(words)) == words


def test_of_several_threads_that_need_a_fit_one_makes_it_and_the_others_wait(tmp_path: Path) -> None:
    asked: list[Kept] = []
    two_at_once = threading.Barrier(2)

    @fitted_once
    def fit(kept: Kept) -> object:
        asked.append(kept)
        with suppress(threading.BrokenBarrierError):
            two_at_once.wait(0.1)
        return object()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(fit, [Kept(tmp_path) for _ in range(4)]))
    assert len(set(map(id, found))) == 1
    assert fit(Kept(tmp_path)) is found[0]
    assert fit(NOWHERE) is not found[0]
    assert asked == [Kept(tmp_path), NOWHERE]
