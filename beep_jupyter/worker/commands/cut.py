"""A text that is being typed, cut into tokens: enough to know what stands before the cursor. Runs in the worker.

Half a text is no Python, so neither the parser nor `tokenize` can read it. Imported when first asked for.
"""

from __future__ import annotations

import re
from keyword import iskeyword

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>[a-zA-Z]{0,2}(?:\"\"\"|'''|\"|'))|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)|(?P<end>[\n;])|(?P<other>[^\w\s])|(?P<blank>.)",
    re.DOTALL,
)
_STRINGS = {  # what a string holds, and its end; stops at the end of the line where it may not go on
    "'": re.compile(r"(?:[^'\\\n]|\\.)*('?)", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\n]|\\.)*("?)', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*((?:''')?)", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*((?:""")?)', re.DOTALL),
}


class Token:
    """A piece of a text.

    Attributes:
        kind: comment, string, open, close, name, number, end (of a statement) or other.
        start, end: where it is.
        partner: of a closing bracket, which token opens it; else -1.
        body: of a string that is still open, where its content begins; else -1.
    """

    __slots__ = ("body", "end", "kind", "partner", "start", "text")

    def __init__(self, kind: str, start: int, text: str) -> None:
        self.body = -1
        self.end = start + len(text)
        self.kind = kind
        self.partner = -1
        self.start = start
        self.text = text


class Cut:
    """A text up to the cursor, in tokens.

    Attributes:
        text: the text.
        tokens: in order; blanks are left out.
        brackets: which tokens open brackets that are not closed.
    """

    __slots__ = ("brackets", "text", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.brackets: list[int] = []
        position = 0
        while position < len(text):
            token = self._token_at(position)
            position = token.end
            if token.kind != "blank":
                self._add(token)

    def source(self, first: int, last: int) -> str:
        """The text from one token to another, both included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def primary(self, last: int) -> int:
        """The token that begins the expression which ends with this one: names, dots, calls, subscripts; -1 if none."""
        tokens, position = self.tokens, last
        while position >= 0:
            token = tokens[position]
            if token.kind == "close" and token.partner >= 0:
                position = token.partner
                if tokens[position].text != "{" and self._may_take_brackets(position - 1):
                    position -= 1
                    continue
            elif token.kind not in ("name", "string") or (iskeyword(token.text) and token.text not in _CONSTANTS):
                return -1
            if position and tokens[position - 1].text == ".":
                position -= 2
                continue
            return position
        return -1

    def statement(self) -> str:
        """The text from the beginning of the statement that the cursor is in."""
        first = len(self.tokens)
        while first and (self.tokens[first - 1].kind != "end" or self._is_in_brackets(first - 1)):
            first -= 1
        return self.text[self.tokens[first].start :] if first < len(self.tokens) else ""

    def _token_at(self, position: int) -> Token:
        match = _TOKEN.match(self.text, position)
        assert match is not None  # `blank` takes whatever is left
        kind, text = match.lastgroup or "", match.group()
        if kind != "string":
            return Token(kind, position, text)
        content = _STRINGS[text.lstrip(_LETTERS)].match(self.text, match.end())
        assert content is not None
        token = Token(kind, position, text + content.group())
        if not content.group(1) and self.text[content.end() : content.end() + 1] != "\n":
            token = Token(kind, position, self.text[position:])
            token.body = match.end()
        return token

    def _add(self, token: Token) -> None:
        if token.kind == "open":
            self.brackets.append(len(self.tokens))
        elif token.kind == "close" and self.brackets:
            token.partner = self.brackets.pop()
        self.tokens.append(token)

    def _may_take_brackets(self, position: int) -> bool:
        """Whether brackets behind this token are a call or a subscript of it."""
        if position < 0:
            return False
        token = self.tokens[position]
        return token.kind in ("close", "string") or (token.kind == "name" and not iskeyword(token.text))

    def _is_in_brackets(self, position: int) -> bool:
        return bool(self.brackets) and self.brackets[0] < position


_CONSTANTS = ("None", "True", "False")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
