"""The frame of a page: what a browser is told of it, its style and its script."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files


def page(title: str, body: str) -> str:
    """A whole page. `title` and `body` are HTML.

    The policy lets no more than its own style and script run, whatever a text might smuggle in.
    """
    style, script = _resource("report.css"), _resource("report.js")
    allowed = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}"
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    )


@cache
def _resource(name: str) -> str:
    return files("textkin.report").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
