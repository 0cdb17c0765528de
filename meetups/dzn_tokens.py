"""The MiniZinc data format as values with their lines: what ``dzn`` gives a meaning to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

LARGEST_FILE: Final = 8 * 1024 * 1024
LONGEST_NUMBER: Final = 9
LONGEST_QUOTE: Final = 20
_TOKEN: Final = re.compile(
    r"(?P<blank>\s+|%[^\n]*)|(?P<name>[A-Za-z_]\w*)|(?P<number>[-+]?\d[\w.]*)"
    r"|(?P<mark>\[\||\|\]|[\[\]{},;=|])|(?P<other>.)"
)


class DznCode(StrEnum):
    """What is wrong with a file."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    BINARY = "binary"
    UNEXPECTED = "unexpected"
    UNFINISHED = "unfinished"
    BAD_NUMBER = "bad-number"
    MISSING_FIELD = "missing-field"
    DUPLICATE_FIELD = "duplicate-field"
    WRONG_KIND = "wrong-kind"
    WRONG_COUNT = "wrong-count"
    OUT_OF_RANGE = "out-of-range"
    MEETS_ITSELF = "meets-itself"
    CYCLE = "cycle"


class DznError(ValueError):
    """A file that is not a day's data; ``line`` counts from 1."""

    def __init__(self, line: int, code: DznCode, field_name: str = "", **about: object) -> None:
        """Keep where and what.

        Args:
            line: where it is.
            code: what is wrong.
            field_name: in which field, as the file names it.
            **about: the value found, what was wanted.
        """
        self.line, self.code, self.field, self.about = line, code, field_name, about
        super().__init__(f"line {line}: {code} {field_name} {about or ''}".rstrip())


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number of the file."""

    line: int
    value: int


@dataclass(frozen=True, slots=True)
class Group:
    """A list, a set, or a table whose items are its rows."""

    line: int
    opening: str
    items: list["Number | Group"] = field(default_factory=list)


Value = Number | Group


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the file."""

    line: int
    kind: str
    text: str


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        DznError: it cannot be read, is empty, too large, or no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DznError(1, DznCode.UNREADABLE, reason=error.strerror) from error
    if len(content) > LARGEST_FILE:
        raise DznError(1, DznCode.TOO_LARGE, limit=LARGEST_FILE // 1024**2)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DznError(content[: error.start].count(b"\n") + 1, DznCode.BINARY) from error
    if "\0" in text:
        raise DznError(text[: text.index("\0")].count("\n") + 1, DznCode.BINARY)
    return text


def read_fields(text: str) -> dict[str, Value]:
    """Return the fields of ``text``, each once.

    Raises:
        DznError: something is not ``name = value;``, or a name comes twice.
    """
    tokens = _Tokens(text)
    fields: dict[str, Value] = {}
    while tokens.current.kind != "end":
        name = tokens.take("name")
        if name.text in fields:
            raise DznError(name.line, DznCode.DUPLICATE_FIELD, name.text)
        tokens.field = name.text
        tokens.take("=")
        fields[name.text] = _value(tokens)
        tokens.take(";")
        tokens.field = ""
    return fields


class _Tokens:
    """The words of a file, one after the other; knows which field is being read."""

    def __init__(self, text: str) -> None:
        self._found = _tokens(text)
        self.field = ""
        self.current = next(self._found)

    def take(self, kind: str) -> Token:
        """Return the current word, which must be of ``kind``, and go on."""
        token = self.current
        if token.kind != kind:
            self.refuse(kind)
        if kind != "end":
            self.current = next(self._found)
        return token

    def refuse(self, wanted: str) -> None:
        """Say that the current word is not what was wanted."""
        token = self.current
        code = DznCode.UNFINISHED if token.kind == "end" else DznCode.UNEXPECTED
        raise DznError(token.line, code, self.field, found=token.text, wanted=wanted)

    def number(self) -> Number:
        """Return the current word as a number, and go on."""
        token = self.take("number")
        digits = token.text.lstrip("+-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
            found = token.text[:LONGEST_QUOTE]
            raise DznError(token.line, DznCode.BAD_NUMBER, self.field, found=found)
        return Number(token.line, int(token.text))


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind, word = match.lastgroup or "", match.group()
        if kind != "blank":
            yield Token(line, word if kind == "mark" else kind, word[:LONGEST_QUOTE])
        line += word.count("\n")
    yield Token(line, "end", "")


def _value(tokens: _Tokens) -> Value:
    kind = tokens.current.kind
    if kind == "number":
        return tokens.number()
    if kind == "[|":
        return _table(tokens)
    if kind == "[":
        return _group(tokens, "[", "]")
    if kind == "{":
        return _group(tokens, "{", "}")
    tokens.refuse("value")
    raise AssertionError


def _group(tokens: _Tokens, opening: str, closing: str) -> Group:
    """Read values between marks; a list holds numbers and sets, a set numbers only."""
    group = Group(tokens.take(opening).line, opening)
    while tokens.current.kind != closing:
        if tokens.current.kind == "{" and opening == "[":
            group.items.append(_group(tokens, "{", "}"))
        else:
            group.items.append(tokens.number())
        if tokens.current.kind != closing:
            tokens.take(",")
    tokens.take(closing)
    return group


def _table(tokens: _Tokens) -> Group:
    """Read rows between bars; a comma may end a row, a bar the last one."""
    table = Group(tokens.take("[|").line, "[|")
    while tokens.current.kind != "|]":
        row = Group(tokens.current.line, "|")
        while tokens.current.kind not in {"|", "|]"}:
            row.items.append(tokens.number())
            if tokens.current.kind not in {"|", "|]"}:
                tokens.take(",")
        if row.items or tokens.current.kind == "|":
            table.items.append(row)
        if tokens.current.kind == "|":
            tokens.take("|")
    tokens.take("|]")
    return table
