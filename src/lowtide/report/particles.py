"""Korean particles: which of two forms follows a word.

The form depends on the last sound: a syllable with a final consonant takes 이, 을, 은, 과, 으로; one without
takes 가, 를, 는, 와, 로 (and after a final ㄹ, 로). Hangul tells it exactly. Digits are read in Sino-Korean.
Latin words are read as Koreans usually write them (boat 보트, model 모델, group 그룹): a rule of thumb.
"""

from __future__ import annotations

import re
from typing import Literal

Final = Literal["none", "rieul", "other"]
_DIGITS: dict[str, Final] = {
    "0": "other", "1": "rieul", "2": "none", "3": "other", "4": "none",
    "5": "none", "6": "other", "7": "rieul", "8": "rieul", "9": "none",
}  # fmt: skip
_IGNORED_TAIL = re.compile(r"""(\s*[(\[（【][^()\[\]（）【】]*[)\]）】]|["'`’”」』>.,!…\s\ue000-\ue003])+$""")
_LETTER_NAMES: dict[str, Final] = {"l": "rieul", "r": "rieul", "m": "other", "n": "other"}


def final(word: str) -> Final:
    """Return how the last syllable of ``word`` ends."""
    stripped = _IGNORED_TAIL.sub("", word) or word
    last = stripped[-1:] or " "
    if "가" <= last <= "힣":
        consonant = (ord(last) - ord("가")) % 28
        return "none" if consonant == 0 else "rieul" if consonant == 8 else "other"
    if last in _DIGITS:
        return _DIGITS[last]
    if last in "㎡²³":
        return "other"
    if last.isascii() and last.isalpha():
        return _latin(re.findall(r"[A-Za-z]+$", stripped)[0])
    return "none"


def _latin(word: str) -> Final:
    if len(word) == 1 or (word.isupper() and len(word) <= 4):
        return _LETTER_NAMES.get(word[-1].lower(), "none")
    low = word.lower()
    if re.search(r"le?$", low):
        return "rieul"
    short_stop = re.search(r"(?<![aeiou])[aeiou](ck|[ptckb])$|(oo|ou)[kp]$", low)
    return "other" if short_stop or re.search(r"([mn]e?|ng)$", low) else "none"


def attach(word: str, pair: str) -> str:
    """Return ``word`` with the right form of ``pair``, written ``with/without`` a final consonant.

    >>> attach("모델", "을/를"), attach("나이", "이/가"), attach("서울", "으로/로"), attach("12", "은/는")
    ('모델을', '나이가', '서울로', '12는')
    """
    closed, _, opened = pair.partition("/")
    ending = final(word)
    without = ending == "none" or (ending == "rieul" and closed.startswith("으로"))
    return word + (opened if without else closed)
