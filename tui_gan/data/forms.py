"""How a table of numbers is written: its separator, decimal mark and names, found in its first lines where they leave no doubt."""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import printable
from tui_gan.data.cells import DECLARED, DOUBTFUL, is_name, number, without_comments

# Characters that are looked at, up to the end of a line; all lines are held to what these show.
LOOKED_AT = 1 << 14
# Names that are said, and characters of each.
SHOWN, WIDTH = 8, 40
TOKEN = re.compile(r'"((?:[^"]|"")*)"|(\S+)')
# One number whose thousands are set apart by spaces, as columns may be too.
SPACED = re.compile(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?")
# What pandas calls the names of rows that have none.
UNNAMED = ("", "Unnamed: 0")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", None: "white space"}


class Form(NamedTuple):
    """How cells are set apart (None is white space), and what begins the fraction of a number."""

    separator: str | None
    mark: str = "."


class Row(NamedTuple):
    """The cells of a line, and its number; the last line's, where a quoted name goes over several."""

    line: int
    cells: list[str]


class Layout(NamedTuple):
    """How a table is written.

    Attributes:
        form: of its lines.
        columns: how many cells each line has, without an empty last one.
        names: of the columns; empty where there are none.
        skipped: how many lines stand above the first row of numbers.
        said: the line of names, and what is special of it.
    """

    form: Form
    columns: int
    names: tuple[str, ...] = ()
    skipped: int = 0
    said: str = "no names"


# Those of a kind of file, the one that it is made for first.
KINDS = {
    ".csv": (Form(","), Form(";"), Form("\t"), Form("|"), Form(None), *(Form(each, ",") for each in (";", "\t", "|", None, ","))),
    ".txt": (Form(None), Form(","), Form(";"), Form("\t"), Form("|"), *(Form(each, ",") for each in (None, ";", "\t", "|", ","))),
}


def rows(text: str, form: Form, skip: int = 0) -> Iterator[Row]:
    """The lines that say something, after the first `skip`, each in its cells.

    Raises:
        UsageError: a cell is too long to be one.
    """
    lines = itertools.islice(without_comments(iter(text.split("\n"))), skip, None)
    if form.separator is None:
        for line, content in enumerate(lines, skip + 1):
            if content:
                tokens = TOKEN.findall(content) if '"' in content else [("", token) for token in content.split()]
                yield Row(line, [(inside or token).strip() for inside, token in tokens])
        return
    reader = csv.reader((f"{content}\n" if content else "" for content in lines), delimiter=form.separator, skipinitialspace=True)
    try:
        for cells in reader:
            if cells:
                yield Row(skip + reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise UsageError(f"line {skip + reader.line_num}: {error}") from None


def beginning(text: str) -> str:
    """The first lines of a text, in whole."""
    end = text.find("\n", LOOKED_AT)
    return text if end < 0 else text[:end]


def trimmed(cells: list[str], columns: int) -> list[str]:
    """The cells without empty ones at the end, of which there may be more than columns."""
    end = len(cells)
    while end > max(columns, 1) and not cells[end - 1]:
        end -= 1
    return cells[:end]


def find(text: str, kind: str) -> Layout:
    """How a table is written.

    Args:
        kind: ".csv" or ".txt".

    Raises:
        UsageError: with the line, where it may be written in several ways, or in none.
    """
    text = beginning(text)
    declared = DECLARED.match(text)
    forms = [form for form in KINDS[kind] if declared and form.separator == declared[1]] or KINDS[kind]
    possible = [candidate for form in forms if (candidate := _tried(text, form, kind))]
    named = [candidate for candidate in possible if len(candidate.names) == candidate.columns]
    if named:
        # A separator that makes as many names as columns does so by no chance.
        return max(named, key=lambda candidate: candidate.columns)
    if not possible:
        return _likeliest(text, forms)
    first = possible[0]
    if first.names:
        count = f"{len(first.names)} name{'' if len(first.names) == 1 else 's'}"
        raise UsageError(f"{first.said}: {count}, where the lines below have {first.columns} columns; give each column a name, or none")
    several = len({(candidate.columns, candidate.form.mark) for candidate in possible}) > 1
    if several and (first.form != KINDS[kind][0] or _like_fractions(text, first)):
        example = ",".join(next(rows(text, first.form, first.skipped)).cells)[:WIDTH]
        raise UsageError(
            f"line {first.skipped + 1}: {example!r} may be one number with a decimal comma, or several numbers; "
            "write decimal points, or put a line of names above"
        )
    return first


def _like_fractions(text: str, layout: Layout) -> bool:
    """Whether the second of two columns looks like what follows a decimal comma: equally many digits, or one that begins with 0."""
    seconds = [row.cells[1] for row in rows(text, layout.form, layout.skipped)]
    digits = {len(second) for second in seconds}
    return min(digits) > 1 and (len(digits) == 1 or any(second[0] == "0" for second in seconds))


def _tried(text: str, form: Form, kind: str) -> Layout | None:
    """What a table is if it has a form; None if some line has not."""
    try:
        head = list(rows(text, form))
    except UsageError:
        return None
    top, body = _top(head)
    if not body:
        return None
    columns = max(len(trimmed(row.cells, 1)) for row in body)
    cells = [trimmed(row.cells, columns) for row in body]
    if any(len(each) != columns or any(number(cell, form.mark) is None for cell in each) for each in cells):
        return None
    if form.separator and not all(len(row.cells) > 1 for row in body) and not (form == KINDS[kind][0] and columns > 1):
        return None
    if form.mark == "," and not _has_decimal_commas(text, form, top, body, cells):
        return None
    if form.separator is None and columns > 1 and (kind == ".csv" or top) and not (top and len(trimmed(top.cells, 1)) == columns):
        spaced = [" ".join(each) for each in cells]
        if all(map(SPACED.fullmatch, spaced)):
            raise UsageError(
                f"line {body[0].line}: {spaced[0]!r} may be {spaced[0].replace(' ', '')} or {columns} numbers; write no spaces in numbers"
            )
    return _named(top, body, form, columns)


def _has_decimal_commas(text: str, form: Form, top: Row | None, body: Sequence[Row], cells: Sequence[Sequence[str]]) -> bool:
    """Whether the commas of a table begin the fractions of its numbers, if it can be read so.

    Raises:
        UsageError: they may set thousands apart too.
    """
    commas = [[cell for cell in each if "," in cell] for each in cells]
    alone = form.separator in (None, ",") and len(cells[0]) == 1
    # A comma may set columns apart too: it does not where each line has just one, and the names have none.
    if not any(commas) or (alone and not (all(commas) and not (top and "," in "".join(top.cells)))):
        return False
    row, first = next((row, each[0]) for row, each in zip(body, commas, strict=True) if each)
    quoted = '"' in text.split("\n", row.line)[row.line - 1]
    plain = form.separator == ";" or (alone and not quoted)
    if not plain and all(DOUBTFUL.fullmatch(cell) for each in commas for cell in each):
        raise UsageError(
            f"line {row.line}: {first!r} may be {first.replace(',', '.')} or {first.replace(',', '')}; write decimal points alone"
        )
    return True


def _top(head: list[Row]) -> tuple[Row | None, list[Row]]:
    """The line of names, if there is one, and the lines below it."""
    if not head:
        return None, []
    first, body = head[0], head[1:]
    cells = trimmed(first.cells, 1)
    numbered = [str(column) for column in range(len(cells))]
    rest = cells[1:] if cells[0] in UNNAMED else cells
    if body and (cells == numbered or (rest is not cells and rest == numbered[: len(rest)])):
        return first, body
    return (first, body) if rest and all(map(is_name, rest)) else (None, head)


def _named(top: Row | None, body: Sequence[Row], form: Form, columns: int) -> Layout:
    if top is None:
        return Layout(form, columns, skipped=body[0].line - 1 if body else 0)
    names = tuple(trimmed(top.cells, columns))
    if form.separator is None and len(names) + 1 == columns and _counts(body):
        # R names the rows and gives their column no name.
        names = ("", *names)
    elif form.separator is None and len(names) != columns:
        # Words of one name, or of a title.
        title = " ".join(names)
        said = f"{'names' if columns == 1 else 'a title'} in line {top.line}: {_listed([title])}"
        return Layout(form, columns, (title,) * columns, top.line, said)
    others = names[1:] if len(names) > 1 and names[0] in UNNAMED else names
    numbered = others == tuple(map(str, range(len(others))))
    special = " (the numbers of the columns, which are no row)" if numbered else ""
    return Layout(form, columns, names, top.line, f"names in line {top.line}: {_listed(others)}{special}")


def _counts(body: Sequence[Row]) -> bool:
    return all(row.cells[0] == str(count) for count, row in enumerate(body, 1))


def _likeliest(text: str, forms: Sequence[Form]) -> Layout:
    """The form under which most cells are numbers, for the line that is wrong in it."""
    best, most = Layout(forms[0], 0), (-1, 0)
    for form in forms:
        try:
            head = list(rows(text, form))
        except UsageError:
            continue
        top, body = _top(head)
        good = [[number(cell, form.mark) is not None for cell in trimmed(row.cells, 1)] for row in body]
        # White space stands within what is one cell too.
        count = sum(map(all, good)), sum(map(sum, good)) if form.separator else 0
        if count > most:
            first = len(good[0]) if good else 0
            best, most = _named(top, body, form, len(trimmed(top.cells, 1)) if top and form.separator else first), count
    return best


def _listed(names: Sequence[str]) -> str:
    said = ", ".join(printable(name if len(name) <= WIDTH else f"{name[:WIDTH]} ...") or "(none)" for name in names[:SHOWN])
    return said if len(names) <= SHOWN else f"{said}, ..."
