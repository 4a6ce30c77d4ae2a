"""Inhabitants are read whole or not at all, and every row that cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation.geography import load_pack
from service.inhabitants import Inhabitants, InhabitantsRefusedError, keep, load

GEOGRAPHY = load_pack("NL")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "area,inhabitants\nNL-1011,9500\n1012,8000\n\n",
        "\ufeffArea; Inhabitants; Year\r\n1011;9500;2025\r\n1012;8000;2025\r\n",
    ],
)
def test_inhabitants_are_kept_with_their_source(tmp_path: Path, text: str) -> None:
    kept = keep(tmp_path, written(tmp_path, text), " Statistics office 2025 ", GEOGRAPHY)
    assert kept == load(tmp_path)
    assert kept == Inhabitants("Statistics office 2025", {"NL-1011": 9500.0, "NL-1012": 8000.0})


def test_without_a_source_there_are_none(tmp_path: Path) -> None:
    assert load(tmp_path) == Inhabitants()


def test_every_row_that_cannot_be_used_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    text = "area,inhabitants\n1011,9500\n1011,9500\nB-1000,12\n1012,-4\n1013,1.5\n1015\n"
    with pytest.raises(InhabitantsRefusedError) as refused:
        keep(tmp_path, written(tmp_path, text), "x", GEOGRAPHY)
    said = str(refused.value)
    assert [number for number in range(2, 9) if f"Row {number}:" in said] == [3, 4, 5, 6, 7]
    assert said.endswith("Mend the rows and read it again.")
    assert load(tmp_path) == Inhabitants()


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("", "utf-8", "Name its first two columns"),
        ("pc4,people\n1011,3\n", "utf-8", "Name its first two columns"),
        ("area,inhabitants\n", "utf-8", "It holds no area"),
        ("area,inhabitants\n1011,3\n", "utf-16", "Save it as such"),
        ('area,inhabitants\n"1011"x,3\n', "utf-8", "Save it as such"),
    ],
)
def test_a_file_that_is_none_says_what_to_do(tmp_path: Path, text: str, encoding: str, said: str) -> None:
    with pytest.raises(InhabitantsRefusedError, match=said):
        keep(tmp_path, written(tmp_path, text, encoding), "x", GEOGRAPHY)


def test_a_long_list_of_problems_is_cut_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"{n},1\n" for n in range(30))
    with pytest.raises(InhabitantsRefusedError, match=r"And 10 more\."):
        keep(tmp_path, written(tmp_path, "area,inhabitants\n" + rows), "x", GEOGRAPHY)
