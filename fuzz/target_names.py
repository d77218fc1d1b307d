"""The targets, by name: the module of each, and its share of the inputs of a campaign, in thousandths."""

_TEXTS = (
    "analysis",
    "comparison",
    "difference",
    "sketches",
    "screening",
    "quotations",
    "language",
    "offsets",
)
_BYTES = ("requests", "tokens", "lines", "settings", "access")
_FILES = ("packed", "pages", "archives", "tables")

TARGETS = (
    dict.fromkeys(_TEXTS, "text_targets")
    | dict.fromkeys(_BYTES, "byte_targets")
    | dict.fromkeys(_FILES, "file_targets")
)
SHARES = {
    "analysis": 120,
    "comparison": 110,
    "difference": 50,
    "sketches": 60,
    "screening": 40,
    "quotations": 60,
    "language": 60,
    "offsets": 80,
    "requests": 110,
    "tokens": 80,
    "lines": 90,
    "settings": 40,
    "access": 40,
    "packed": 30,
    "pages": 10,
    "archives": 10,
    "tables": 10,
}
