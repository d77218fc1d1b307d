"""The phrases of the web's own furniture: what pages say around an article, whatever the site.

No site is named here. English; what other languages say is told by structure alone.
"""

import regex


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


def _compile(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern.replace(" ", r"\s"), regex.IGNORECASE)


# What no article says: a sentence with one of these is furniture wherever it stands.
PHRASE = _compile(
    r"\b"
    + _any(
        # comments
        "leave a (?:reply|comment)",
        "e-?mail address will not be published",
        "required fields are marked",
        "uses akismet|reduce spam",
        "how your comment data is processed",
        "log in to (?:leave|post) a comment",
        "save my name",
        # cookies, terms and newsletters
        "accept all cookies",
        "all rights reserved",
        "trademarks .* property of their (?:respective )?owners",
        r"sign up (?:for|to) our\b.*\b(?:newsletter|updates?|emails?|alerts?)",
        "sign me up",
        "subscrib(?:e|ing) to our",
        "click here to",
        # players and pages
        r"please use \w+ browser",
        "accessible video player",
        "your browser does not support",
        "skip to (?:main )?content",
    )
    + r"\b"
)

# What an article may say within a paragraph, but hardly in a short line of its own.
LINE_PHRASE = _compile(
    r"\b"
    + _any(
        "(?:post|add|write) a comment",
        "log in to (?:leave|post|comment)",
        "(?:accept|use|uses|manage|our) (?:all )?cookies",
        "cookie (?:policy|settings|preferences|notice|statement)",
        "privacy (?:policy|notice|statement)",
        "terms (?:of|and) (?:service|use|conditions)",
        "copyright ©",
        "(?:content|information) (?:posted )?on this (?:site|website|page) is",
        r"sign up (?:for|to) (?:our|the)\b.*\b(?:newsletter|updates?|emails?|alerts?)",
        "subscrib(?:e|ing) (?:to|now|today|for|here|you)",
        "unsubscribe",
        "(?:our|free|daily|weekly) newsletters?",
        "keep up to date with",
        "(?:follow|like) us on",
        "share (?:this|on|via)",
        "download our app",
        "click here",
        "(?:read|see|find out) more (?:about|at|on|here)",
        "back to top",
        r"head over to\b.*\bfor",
        r"(?:scroll|continue) (?:down )?(?:for|to|reading)",
        "advertisement",
        "enable javascript",
        "watch the video below",
        "this video is from",
        "images? (?:has|have) been supplied",
    )
    + r"\b"
)

# A line that begins so is a label, a credit or a list of tags.
LABEL = _compile(
    r"^\s*+[#@]\w++\W*+$|^\W*+"
    + _any(
        r"(?:image|photo|photograph|picture|pic|file pic|file photo|credit)\s?:",
        r"(?:sources?|tags?|tagged|filed under|share|topics?)\s?:",
        r"(?:related|read next|read more|see also)\s?:",
        "(?:photos?|image|picture|pic|illustration)(?: credit)? by ",
        "tagged under",
        "sources? include",
        "source link",
        "about the author",
        r"file (?:\.\.\.|…|-|–|—|photo(?:s|graphs?)?\b)",
        r"(?:share|print|email|tweet|comments?|advertisement|sponsored|loading|menu|search|home)\W*+$",
        r"(?:read|see) (?:more|also)\b",
        r"also read\b",
    )
)

# The credit of a picture.
CREDIT = _compile(
    _any(
        r"\((?:ap|afp|reuters|epa|getty) photo\b[^)]*\)",
        r"\bgetty images\b",
        r"\bfile pic\b",
        r"\bpic: ",
        r"\bhandout via\b",
        r"\b(?:image|photo|picture)s? ?(?:by|credit|courtesy)\b",
        r"\battention editors\b",
    )
)

# A heading over a list of other news.
OTHER_NEWS = _compile(
    r"^\W*+"
    + _any(
        "latest (?:news|stories|headlines|articles)",
        r"you (?:may|might) (?:also |be )?(?:like|interested|enjoy|have missed)\b.*",
        "related(?: (?:news|stories|articles|posts|links|content|sources|topics))?",
        r"(?:discover|read|see) more(?: from\b.*| news)?",
        r"more (?:news|stories|articles|headlines|on this|from\b.*|like this)",
        r"most (?:read|popular|viewed|shared)\b.*",
        "recommended(?: for you| stories| reading)?",
        "trending(?: now)?",
        "popular (?:posts|stories)",
        "recent (?:posts|stories|articles)",
        "(?:what to )?read next",
        "up next",
        "editors?['’]?s? (?:picks|choice)",
        "don['’]t miss",
        "in other news",
        "see also",
    )
    + r"\W*+$"
)

# The heading of a comment box.
COMMENT_BOX = _compile(
    r"^\W*+"
    + _any(
        "(?:leave|post|add|write) (?:a|your) (?:reply|comment|response)",
        r"(?:\d++ )?comments?\W*+$",
        "join the (?:conversation|discussion)",
    )
)
