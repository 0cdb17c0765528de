"""A data file is read as it is meant, and whatever is wrong is named by line and field."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetups.dzn import DznCode, DznError, read_dzn, timetable_of
from meetups.problem import Meeting
from tests.meetups.timetable_strategies import PUBLISHED, needs_published

LINES = (
    "nBusiness = 4;",  # line 1
    "nMeetings = 3;",
    "nTables = 2;",
    "nTotalSlots = 5;",
    "nMorningSlots = 3;  % lunch after these",
    "requested = [|1, 2,1, ",  # line 6
    "|1, 3,2, ",
    "|4, 2,3|];",
    "forbidden = [{0},",  # line 9
    "{0,5},",
    "{1,2},",
    "{}];",
    "fixed = [0,5,0];",  # line 13
    "precedences = [{},",
    "{1},",
    "{0}];",
    "",
)


def changed(line: int, text: str | None) -> str:
    """Return the file with one line, counted from 1, changed or left out."""
    lines = list(LINES)
    lines[line - 1 : line] = [] if text is None else [text]
    return "\n".join(lines)


def error_of(text: str) -> DznError:
    with pytest.raises(DznError) as caught:
        timetable_of(text)
    return caught.value


def test_whole_file() -> None:
    day = timetable_of("\n".join(LINES), fairness=1)
    assert (day.slot_count, day.tables, day.fairness) == (5, (2,) * 5, 1)
    assert day.available == (0b11111, 0b01111, 0b11100, 0b11111)
    assert day.meetings == (
        Meeting((0, 1), 0b00111),
        Meeting((0, 2), 0b10000, frozenset({0})),
        Meeting((3, 1), 0b11111),
    )


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        (1, None, (16, DznCode.MISSING_FIELD, "nBusiness")),
        (13, None, (16, DznCode.MISSING_FIELD, "fixed")),
        (2, "nBusiness = 4;", (2, DznCode.DUPLICATE_FIELD, "nBusiness")),
        (3, "nTables = two;", (3, DznCode.UNEXPECTED, "nTables")),
        (3, "nTables = 2.5;", (3, DznCode.BAD_NUMBER, "nTables")),
        (3, "nTables = 99999999999999999999;", (3, DznCode.BAD_NUMBER, "nTables")),
        (3, "nTables = -1;", (3, DznCode.OUT_OF_RANGE, "nTables")),
        (3, "nTables = [2];", (3, DznCode.WRONG_KIND, "nTables")),
        (3, "nTables 2;", (3, DznCode.UNEXPECTED, "nTables")),
        (3, "nTables = 2", (4, DznCode.UNEXPECTED, "nTables")),
        (1, "nBusiness = 0;", (1, DznCode.OUT_OF_RANGE, "nBusiness")),
        (1, "nBusiness = 999999;", (1, DznCode.OUT_OF_RANGE, "nBusiness")),
        (5, "nMorningSlots = 6;", (5, DznCode.OUT_OF_RANGE, "nMorningSlots")),
        (2, "nMeetings = 4;", (6, DznCode.WRONG_COUNT, "requested")),
        (7, "|1, 3, ", (7, DznCode.WRONG_COUNT, "requested")),
        (7, "|1, 5,2, ", (7, DznCode.OUT_OF_RANGE, "requested")),
        (7, "|0, 3,2, ", (7, DznCode.OUT_OF_RANGE, "requested")),
        (7, "|1, 3,4, ", (7, DznCode.OUT_OF_RANGE, "requested")),
        (7, "|3, 3,2, ", (7, DznCode.MEETS_ITSELF, "requested")),
        (7, "|1, x,2, ", (7, DznCode.UNEXPECTED, "requested")),
        (7, "|1 3,2, ", (7, DznCode.UNEXPECTED, "requested")),
        (8, "|4, 2,3;", (8, DznCode.UNEXPECTED, "requested")),
        (10, "{0,6},", (10, DznCode.OUT_OF_RANGE, "forbidden")),
        (10, "5,", (10, DznCode.WRONG_KIND, "forbidden")),
        (10, None, (9, DznCode.WRONG_COUNT, "forbidden")),
        (10, "{{1}},", (10, DznCode.UNEXPECTED, "forbidden")),
        (13, "fixed = [0,6,0];", (13, DznCode.OUT_OF_RANGE, "fixed")),
        (13, "fixed = [0,5];", (13, DznCode.WRONG_COUNT, "fixed")),
        (13, "fixed = 5;", (13, DznCode.WRONG_KIND, "fixed")),
        (13, "fixed = [0,{5},0];", (13, DznCode.WRONG_KIND, "fixed")),
        (15, "{4},", (15, DznCode.OUT_OF_RANGE, "precedences")),
        (15, "{2},", (15, DznCode.CYCLE, "precedences")),
        (16, "{0}", (17, DznCode.UNFINISHED, "precedences")),
        (16, "{0}]; ?", (16, DznCode.UNEXPECTED, "")),
    ],
)
def test_wrong_line_is_named(line: int, text: str | None, found: tuple[int, DznCode, str]) -> None:
    error = error_of(changed(line, text))
    assert (error.line, error.code, error.field) == found


def test_circle_of_three_meetings() -> None:
    text = "\n".join([*LINES[:13], "precedences = [{2},", "{3},", "{1}];", ""])
    error = error_of(text)
    assert (error.line, error.code, error.about) == (14, DznCode.CYCLE, {"found": 1})


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_empty_file(text: str) -> None:
    assert error_of(text).code is DznCode.EMPTY


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"nBusiness = 4;\n\xff\xfe\x00", 2, DznCode.BINARY),
        (b"nBusiness = 4;\n\0", 2, DznCode.BINARY),
        (b" " * (8 * 1024 * 1024 + 1), 1, DznCode.TOO_LARGE),
    ],
)
def test_file_that_is_no_text(tmp_path: Path, content: bytes, line: int, code: DznCode) -> None:
    file = tmp_path / "day.dzn"
    file.write_bytes(content)
    with pytest.raises(DznError) as caught:
        read_dzn(file)
    assert (caught.value.line, caught.value.code) == (line, code)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DznError) as caught:
        read_dzn(tmp_path / "none.dzn")
    assert caught.value.code is DznCode.UNREADABLE


@given(st.integers(0, len("\n".join(LINES))), st.text("{}[]|,;=0123 xé\n", max_size=4))
def test_damage_of_any_sort_is_an_error_or_a_day(place: int, noise: str) -> None:
    text = "\n".join(LINES)
    line = 1
    try:
        timetable_of(text[:place] + noise + text[place + 2 :])
    except DznError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + noise.count("\n") + 1


@needs_published
def test_published_files() -> None:
    days = [read_dzn(path) for path in sorted(PUBLISHED.glob("*.dzn"))]
    assert len(days) == 60
    assert {(len(day.available), len(day.meetings), day.slot_count) for day in days} == {
        (42, 125, 8),
        (46, 184, 10),
        (47, 180, 10),
        (60, 236, 10),
        (60, 237, 10),
        (70, 154, 21),
    }
