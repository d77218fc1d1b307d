"""Speakers in Chinese, Japanese and Thai, which have no capitals: told by what stands right before or behind the name."""

import regex

from textkin_service.model import Span

_REACH = 60
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")

# 組合長の仲宗根稔さんは「…」と話した。 「…」と榎木さんは話す。
_JAPANESE = (
    r"(?P<name>[\p{Han}\p{Katakana}ー・々ヶ]{2,12})(?:さん|氏|様|先生)(?:[(（][^()（）]{1,12}[)）])?[はがも]"
)
_JAPANESE_BEFORE = regex.compile(_JAPANESE + r"、?$")
_JAPANESE_AFTER = regex.compile(r"^と、?" + _JAPANESE)
_JAPANESE_SAYS = regex.compile("^と")

# 工程师陆怀远说：“…” “…”，罗守田说。 Words with these characters are no mere role and name.
_NOT_IN_NAME = "他她它我你们的在对了着这那是有不也还又日天月年时后前"
_CHINESE_VERB = "(?:说|表示|称|指出|认为|强调|介绍|坦言|解释|补充|透露|回忆|写道|说道|笑道)"
_CHINESE = rf"(?P<name>(?:(?![{_NOT_IN_NAME}说称])[\p{{Han}}·]){{2,14}}?){_CHINESE_VERB}"
_CHINESE_BEFORE = regex.compile(rf"(?:^|[\s。，、；！？”」]){_CHINESE}[：:，,]?$")
_CHINESE_AFTER = regex.compile(rf"^[，,]?{_CHINESE}(?:[。，,\s]|$)")

# นายสมชาย ใจดี กล่าวว่า "…"
_THAI = r"(?P<name>(?:นาย|นางสาว|นาง|น\.ส\.|ดร\.)\s?[\p{Thai}]{2,20}(?:\s[\p{Thai}]{2,20})?)\s?"
_THAI_VERB = "(?:กล่าว|บอก|เล่า|ระบุ|เผย|อธิบาย|ยืนยัน)"
_THAI_BEFORE = regex.compile(rf"{_THAI}{_THAI_VERB}(?:ว่า)?\s?$")
_THAI_AFTER = regex.compile(rf"^\s?{_THAI}{_THAI_VERB}")


def is_unspaced(text: str) -> bool:
    """Whether a text begins in a script that parts no words."""
    return _UNSPACED.search(text, 0, 8) is not None


def unspaced_speaker(text: str, quotation: Span) -> Span | None:
    """Returns where the text names who is quoted; None: nobody."""
    start = max(0, quotation.start - _REACH)
    before = text[start : quotation.start].rpartition("\n")[2]
    after = text[quotation.end : quotation.end + _REACH].partition("\n")[0]
    found = (
        (_JAPANESE_SAYS.search(after) and _JAPANESE_BEFORE.search(before))
        or _CHINESE_BEFORE.search(before)
        or _THAI_BEFORE.search(before)
    )
    if found:
        offset = quotation.start - len(before)
    else:
        found = _JAPANESE_AFTER.search(after) or _CHINESE_AFTER.search(after) or _THAI_AFTER.search(after)
        offset = quotation.end
    return Span(offset + found.start("name"), offset + found.end("name")) if found else None
