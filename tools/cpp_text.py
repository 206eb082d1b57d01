"""What both checks need to know of C++ text."""
import re

_TOKEN = re.compile(
    r'R"(?P<mark>[^()\s\\]{0,16})\((?:.|\n)*?\)(?P=mark)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # a character, not the ' of 10'000
    r"|//[^\n]*"
    r"|/\*(?:.|\n)*?\*/")


def bare(text):
    """The text without comments and without what stands in strings; every line keeps its number."""
    def blank(token):
        lines = token[0].count("\n")
        return ('""' if token[0][0] in "R\"'" else " ") + "\n" * lines
    return _TOKEN.sub(blank, text)
