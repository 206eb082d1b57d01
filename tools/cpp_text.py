"""What both checks need to know of C++ text."""
import re

_TOKEN = re.compile(
    r'R"(?P<mark>[^()\s\\]{0,16})\((?:.|\n)*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # a character, not the ' of 10'000
    r"|//[^\n]*"
    r"|/\*(?:.|\n)*?\*/")


def raw_string_lines(text):
    """The lines that a raw string covers: others' SQL, JSON and YAML, kept as they are."""
    covered = set()
    for token in _TOKEN.finditer(text):
        if token[0][0] == "R":
            first = text.count("\n", 0, token.start()) + 1
            covered.update(range(first, first + token[0].count("\n") + 1))
    return covered


def bare(text):
    """The text without comments and without what stands in strings; every line keeps its number."""
    def blank(token):
        lines = token[0].count("\n")
        return ('""' if token[0][0] in "R\"'" else " ") + "\n" * lines
    return _TOKEN.sub(blank, text)
