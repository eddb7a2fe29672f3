"""What stands in a cell of a table: a number, a name, nothing, or something that is to be told from a number."""

import re
from collections.abc import Iterator

# Numbers as every program writes them: what Python alone takes, such as 1_000 or ١٢, is none.
NUMBER = {
    ".": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?\d+(,\d+)?([eE][+-]?\d+)?", re.ASCII),
}
INFINITE = re.compile(r"[+-]?(inf|infinity)", re.IGNORECASE)
# What programs write where there is no number.
MISSING = frozenset(
    ["", "-", "--", "?", ".", "NA", "<NA>", "N/A", "n/a", "NaN", "nan", "NAN", "-nan", "-NaN", "null", "NULL", "Null", "None"]
)
# Thousands apart, with or without a fraction.
GROUPED = re.compile(r"[+-]?\d{1,3}(([,.'\u2019\u00a0\u202f ])\d{3})(\2\d{3})*([.,]\d*)?")
# What may be thousands or a fraction of three digits.
DOUBTFUL = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
# Numbers with something to them: 175 cm, 1_000, 0x1F, 50%.
NEARLY = re.compile(r"[+-]?[.,]?\d[\d.,'_\u00a0\u202f ]*\s?(%|°?[^\W\d_]{0,2})|[+-]?0[xX][0-9a-fA-F]+|[+-]?[\d.,]+[eE][+-]?\d*")
# The error values of spreadsheets, in whatever language: #DIV/0!, #NAME?, #N/A, #WERT!; and a number wider than its column.
ERROR = re.compile(r"#[^\s#,;|a-z]*[!?]|#(N/A|n/a|N/D|N/B|N/V|I/T|Н/Д|NV|YOK|HIÁNYZIK|NENÍ_K_DISPOZICI|GETTING_DATA)!?|#{2,}")

# The line above the table by which a file tells Excel its separator.
DECLARED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def number(cell: str, mark: str = ".") -> float | None:
    """The number in a cell, in which `mark` begins the fraction; infinite and not a number too, None where it is none of these."""
    if NUMBER[mark].fullmatch(cell):
        return float(cell.replace(",", "."))
    return float(cell) if INFINITE.fullmatch(cell) else None


def why_no_number(cell: str, mark: str) -> str:
    """What a cell is that `number` does not take, and what is right instead."""
    text = repr(cell[:40])
    if ERROR.fullmatch(cell):
        return f"{text} is an error value of a spreadsheet; every cell must hold a number"
    if GROUPED.fullmatch(cell):
        return f"{text} seems to have a separator of thousands; write 1234.5, without one"
    if NUMBER["." if mark == "," else ","].fullmatch(cell):
        others = "comma" if mark == "," else "point"
        return f"{text} is not a number here, where a {others} begins the fraction"
    return f"{text} is not a number"


def is_name(cell: str) -> bool:
    """Whether a cell in the first line is a name: no number, nor nearly one, nor what stands for none."""
    cell = cell.strip('"')
    if number(cell) is not None or number(cell, ",") is not None or cell in MISSING:
        return False
    return not (NEARLY.fullmatch(cell) or ERROR.fullmatch(cell))


def without_comments(lines: Iterator[str]) -> Iterator[str]:
    """Lines without what follows a # outside of quotes; an error value of a spreadsheet is no comment. Blank ones become empty."""
    begun = False
    for line in lines:
        if not begun and DECLARED.fullmatch(line):
            line = ""
        if "#" in line:
            line = _before_comment(line, begun)
        kept = line if line.strip() else ""
        begun = begun or bool(kept)
        yield kept


def _before_comment(line: str, begun: bool) -> str:
    quoted, passed = False, 0
    for at, character in enumerate(line):
        quoted ^= character == '"'
        if character != "#" or quoted or at < passed:
            continue
        value = ERROR.match(line, at)
        rest = line[value.end() :] if value else ""
        # Rules and titles are made of # too: only alone in a cell, below the first line, it is a number too wide for its column.
        alone = not rest.strip() or rest.lstrip()[0] in ',;|\t"'
        if not value or not (alone and begun if value[0].strip("#") == "" else alone or rest[0].isspace()):
            return line[:at]
        passed = value.end()
    return line
