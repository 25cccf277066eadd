"""Colours Python, Markdown and JSON text by Pygments' tokens."""

from __future__ import annotations

from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gui import look

DARK_INKS = {
    Token.Comment: "#7d8797",
    Token.Literal.String.Doc: "#8fae94",
    Token.Literal.String: "#9ec98f",
    Token.Literal.Number: "#e0a96d",
    Token.Keyword: "#c79bf0",
    Token.Operator.Word: "#c79bf0",
    Token.Name.Builtin: "#6cb6ff",
    Token.Name.Class: "#f2c879",
    Token.Name.Function: "#6cb6ff",
    Token.Name.Decorator: "#e0a96d",
    Token.Name.Tag: "#6cb6ff",
    Token.Generic.Heading: "#f2c879",
}
LIGHT_INKS = {
    Token.Comment: "#667085",
    Token.Literal.String.Doc: "#3f7a4b",
    Token.Literal.String: "#2f7a3a",
    Token.Literal.Number: "#a5530b",
    Token.Keyword: "#7a3ec8",
    Token.Operator.Word: "#7a3ec8",
    Token.Name.Builtin: "#1462b8",
    Token.Name.Class: "#8a5a00",
    Token.Name.Function: "#1462b8",
    Token.Name.Decorator: "#a5530b",
    Token.Name.Tag: "#1462b8",
    Token.Generic.Heading: "#8a5a00",
}
LEXERS = {".py": "python", ".md": "markdown", ".txt": "text", ".neurowire": "json"}


class Highlighter(QSyntaxHighlighter):
    """Lexes the whole text once, then colours line by line."""

    def __init__(self, document: QTextDocument, ending: str) -> None:
        super().__init__(document)
        self._lexer = get_lexer_by_name(LEXERS.get(ending, "text"), stripnl=False)
        self._spans: list[list[tuple[int, int, object]]] = []
        self._formats: dict[object, QTextCharFormat | None] = {}

    def show(self, text: str) -> None:
        """Lex a text; call it before the document gets that text."""
        self._formats.clear()
        lines: list[list[tuple[int, int, object]]] = [[]]
        column = 0
        for kind, value in self._lexer.get_tokens(text):
            for index, part in enumerate(value.split("\n")):
                if index:
                    lines.append([])
                    column = 0
                if part:
                    lines[-1].append((column, len(part), kind))
                    column += len(part)
        self._spans = lines

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        if number >= len(self._spans):
            return
        for start, length, kind in self._spans[number]:
            made = self._format(kind)
            if made is not None:
                self.setFormat(start, length, made)

    def _format(self, kind: object) -> QTextCharFormat | None:
        if kind not in self._formats:
            inks = DARK_INKS if look.colours().dark else LIGHT_INKS
            ink = None
            step = kind
            while step is not None and ink is None:
                ink = inks.get(step)  # type: ignore[call-overload]
                step = getattr(step, "parent", None)
            made = None
            if ink is not None:
                made = QTextCharFormat()
                made.setForeground(QColor(ink))
            self._formats[kind] = made
        return self._formats[kind]
