"""Tables as CSV."""

import csv
import io

import pytest

from gateway.http.spreadsheets import spreadsheet


def cells(*row: object) -> list[str]:
    answer = spreadsheet("export", ["x"] * len(row), [row])
    assert answer.headers["content-disposition"] == 'attachment; filename="export.csv"'
    return list(csv.reader(io.StringIO(bytes(answer.body).decode())))[1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_cell_of_an_export_is_no_formula(cell: str) -> None:
    assert cells(cell) == [f"'{cell}"]


def test_numbers_and_words_of_an_export_are_left_as_they_are() -> None:
    assert cells(-1, "network", None, "a, b") == ["-1", "network", "", "a, b"]
