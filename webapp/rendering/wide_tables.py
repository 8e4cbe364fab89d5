"""Tables of a statement that are wider than the column: set smaller, with words that may break, so that nothing leaves the paper."""

import re

from webapp.domain.errors import InvalidInput

MOST_COLUMNS = 24
_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
# Of the column, in letters of the usual size; and what a cell takes beside its longest word.
_LETTERS, _BESIDE = 82, 2


def with_wide_tables_marked(statement: str) -> str:
    """The cleaned statement, its wide tables with a class. Raises InvalidInput for one that no paper could hold."""
    return _TABLE.sub(lambda found: _marked(found[0]), statement)


def _marked(table: str) -> str:
    rows = [[_longest_word(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(table)]
    columns = max((len(row) for row in rows), default=0)
    if columns > MOST_COLUMNS:
        sentence = f"A table has {columns} columns, and no more than {MOST_COLUMNS} can be read on paper. Divide it in two."
        raise InvalidInput(sentence, field="statement")
    needed = sum(max(row[place] for row in rows if place < len(row)) + _BESIDE for place in range(columns))
    return table.replace("<table", '<table class="wide"', 1) if needed > _LETTERS else table


def _longest_word(cell: str) -> int:
    return max((len(word) for word in _TAG.sub(" ", cell).split()), default=0)
