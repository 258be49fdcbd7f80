"""Grapheme clusters: what Terraform counts as the characters of a string.

The rules are those of Unicode Annex 29 for extended clusters, over the general categories that Python knows; the
ranges of pictographs and Hangul are Unicode's blocks.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from typing import Final

_ZERO_WIDTH_JOINER: Final = "\u200d"
_ZERO_WIDTH_NON_JOINER: Final = "\u200c"

_OTHER, _CONTROL, _EXTEND, _SPACING, _PREPEND, _REGIONAL, _PICTOGRAPH, _JOINER, _L, _V, _T, _LV, _LVT = range(13)

_PICTOGRAPHS: Final = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2194, 0x2199), (0x21A9, 0x21AA), (0x231A, 0x231B), (0x2328, 0x2328), (0x2388, 0x2388), (0x23CF, 0x23CF),
    (0x23E9, 0x23F3), (0x23F8, 0x23FA), (0x24C2, 0x24C2), (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0),
    (0x25FB, 0x25FE), (0x2600, 0x2605), (0x2607, 0x2612), (0x2614, 0x2685), (0x2690, 0x2705), (0x2708, 0x2712),
    (0x2714, 0x2714), (0x2716, 0x2716), (0x271D, 0x271D), (0x2721, 0x2721), (0x2728, 0x2728), (0x2733, 0x2734),
    (0x2744, 0x2744), (0x2747, 0x2747), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757),
    (0x2763, 0x2767), (0x2795, 0x2797), (0x27A1, 0x27A1), (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2934, 0x2935),
    (0x2B05, 0x2B07), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D),
    (0x3297, 0x3297), (0x3299, 0x3299), (0x1F000, 0x1F0FF), (0x1F10D, 0x1F10F), (0x1F12F, 0x1F12F),
    (0x1F16C, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F1AD, 0x1F1E5),
    (0x1F201, 0x1F20F), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A), (0x1F23C, 0x1F23F),
    (0x1F249, 0x1F3FA), (0x1F400, 0x1F53D), (0x1F546, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F774, 0x1F77F),
    (0x1F7D5, 0x1F7FF), (0x1F80C, 0x1F80F), (0x1F848, 0x1F84F), (0x1F85A, 0x1F85F), (0x1F888, 0x1F88F),
    (0x1F8AE, 0x1F8FF), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1FAFF), (0x1FC00, 0x1FFFD),
)  # fmt: skip
_STARTS: Final = tuple(start for start, _ in _PICTOGRAPHS)
_PREPENDED: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd"
)
_HANGUL: Final = ((0x1100, 0x115F, _L), (0xA960, 0xA97C, _L), (0x1160, 0x11A7, _V), (0xD7B0, 0xD7C6, _V),
                  (0x11A8, 0x11FF, _T), (0xD7CB, 0xD7FB, _T))  # fmt: skip
_FIRST_SYLLABLE, _LAST_SYLLABLE, _SYLLABLES_PER_LV = 0xAC00, 0xD7A3, 28

_JOINED: Final = frozenset(
    {(_L, _L), (_L, _V), (_L, _LV), (_L, _LVT), (_LV, _V), (_V, _V), (_LV, _T), (_V, _T), (_LVT, _T), (_T, _T)}
)


def clusters(text: str) -> list[str]:
    """The grapheme clusters of a text."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    start, regional, pictograph = 0, 0, False
    before = -1
    for index, character in enumerate(text):
        kind = _kind(character)
        if index and _breaks(text, index, before, kind, regional=regional, pictograph=pictograph):
            found.append(text[start:index])
            start = index
        regional = regional + 1 if kind == _REGIONAL else 0
        if kind == _PICTOGRAPH:
            pictograph = True
        elif kind not in (_EXTEND, _JOINER):
            pictograph = False
        before = kind
    if text:
        found.append(text[start:])
    return found


def _breaks(text: str, index: int, before: int, kind: int, *, regional: int, pictograph: bool) -> bool:
    if text[index - 1] == "\r" and text[index] == "\n":
        return False
    if _CONTROL in (before, kind):
        return True
    if kind in (_EXTEND, _JOINER, _SPACING) or before == _PREPEND or (before, kind) in _JOINED:
        return False
    if before == _JOINER and kind == _PICTOGRAPH and pictograph:
        return False
    return not (before == _REGIONAL and kind == _REGIONAL and regional % 2 == 1)


def _kind(character: str) -> int:
    code = ord(character)
    if character == _ZERO_WIDTH_JOINER:
        return _JOINER
    if character in _PREPENDED:
        return _PREPEND
    if 0x1F1E6 <= code <= 0x1F1FF:  # noqa: PLR2004 - the block of regional indicators
        return _REGIONAL
    if 0x1F3FB <= code <= 0x1F3FF or character in (_ZERO_WIDTH_NON_JOINER, "\uff9e", "\uff9f"):  # noqa: PLR2004 - skin tones
        return _EXTEND
    category = unicodedata.category(character)
    if category in ("Mn", "Me"):
        return _EXTEND
    if category == "Mc" or character in ("\u0e33", "\u0eb3"):
        return _SPACING
    if category in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return _CONTROL if not 0xE0020 <= code <= 0xE007F else _EXTEND  # noqa: PLR2004 - tags
    if _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return _LV if (code - _FIRST_SYLLABLE) % _SYLLABLES_PER_LV == 0 else _LVT
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _PICTOGRAPHS[place][1]:
        return _PICTOGRAPH
    return next((kind for start, end, kind in _HANGUL if start <= code <= end), _OTHER)


_DELIMITERS: Final = frozenset("-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'")


def known_start(text: str) -> str:
    """What of a text is certain while more follows: a last character may combine with that, unless it delimits."""
    if not text or text[-1] in _DELIMITERS:
        return text
    return "".join(clusters(text)[:-1])
