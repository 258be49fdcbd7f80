"""Functions of Base64, character encodings and URLs."""

from __future__ import annotations

import binascii
import codecs
import gzip
import re
from base64 import b64decode, b64encode
from typing import Final
from urllib.parse import quote_plus

from auditor.hcl import values
from auditor.hcl.errors import FunctionError
from auditor.hcl.functions.specification import Family, Parameter, Surroundings
from auditor.hcl.types import STRING
from auditor.hcl.values import Value

FAMILY: Final = Family()
_function = FAMILY.function

_STR: Final = Parameter("str", STRING)
_ENCODING: Final = Parameter("encoding", STRING)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=\r\n]")
_GZIP_START: Final = "H4sIAAAAAAAA/"

# IANA names as Terraform prints them, with the codec that Go's tables agree with.
_NAMES: Final = {
    "UTF-8": "utf-8",
    "UTF-16": "utf-16",
    "UTF-16BE": "utf-16-be",
    "UTF-16LE": "utf-16-le",
    "ISO_8859-1:1987": "latin-1",
    "US-ASCII": "ascii",
    **{f"ISO-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    "Shift_JIS": "cp932",
    "EUC-JP": "euc_jp",
    "ISO-2022-JP": "iso2022_jp",
    "EUC-KR": "cp949",
    "GBK": "gbk",
    "GB18030": "gb18030",
    "Big5": "big5hkscs",
    "KOI8-R": "koi8-r",
    "KOI8-U": "koi8-u",
    "IBM866": "cp866",
    "IBM437": "cp437",
    "IBM850": "cp850",
    "IBM852": "cp852",
    "macintosh": "mac-roman",
}
_OTHER_NAMES: Final = {
    "UTF-8": "csutf8",
    "UTF-16": "csutf16",
    "UTF-16BE": "csutf16be",
    "UTF-16LE": "csutf16le",
    "ISO_8859-1:1987": "iso-8859-1 iso_8859-1 iso-ir-100 latin1 l1 ibm819 cp819 csisolatin1",
    "US-ASCII": "iso-ir-6 ansi_x3.4-1968 ansi_x3.4-1986 iso_646.irv:1991 iso646-us us ibm367 cp367 csascii",
    "ISO-8859-2": "iso_8859-2 iso_8859-2:1987 iso-ir-101 latin2 l2 csisolatin2",
    "ISO-8859-3": "iso_8859-3 iso_8859-3:1988 iso-ir-109 latin3 l3 csisolatin3",
    "ISO-8859-4": "iso_8859-4 iso_8859-4:1988 iso-ir-110 latin4 l4 csisolatin4",
    "ISO-8859-5": "iso_8859-5 iso_8859-5:1988 iso-ir-144 cyrillic csisolatincyrillic",
    "ISO-8859-6": "iso_8859-6 iso_8859-6:1987 iso-ir-127 ecma-114 asmo-708 arabic csisolatinarabic",
    "ISO-8859-7": "iso_8859-7 iso_8859-7:1987 iso-ir-126 elot_928 ecma-118 greek greek8 csisolatingreek",
    "ISO-8859-8": "iso_8859-8 iso_8859-8:1988 iso-ir-138 hebrew csisolatinhebrew",
    "ISO-8859-9": "iso_8859-9 iso_8859-9:1989 iso-ir-148 latin5 l5 csisolatin5",
    "ISO-8859-10": "iso_8859-10:1992 iso-ir-157 latin6 l6 csisolatin6",
    "ISO-8859-13": "csiso885913",
    "ISO-8859-14": "iso_8859-14 iso_8859-14:1998 iso-ir-199 iso-celtic latin8 l8 csiso885914",
    "ISO-8859-15": "iso_8859-15 latin-9 csiso885915",
    "ISO-8859-16": "iso_8859-16 iso_8859-16:2001 iso-ir-226 latin10 l10 csiso885916",
    "Shift_JIS": "ms_kanji csshiftjis",
    "EUC-JP": "extended_unix_code_packed_format_for_japanese cseucpkdfmtjapanese",
    "ISO-2022-JP": "csiso2022jp",
    "EUC-KR": "cseuckr",
    "GBK": "cp936 ms936 windows-936",
    "GB18030": "csgb18030",
    "Big5": "csbig5",
    "KOI8-R": "cskoi8r",
    "KOI8-U": "cskoi8u",
    "IBM866": "cp866 866 csibm866",
    "IBM437": "cp437 437 cspc8codepage437",
    "IBM850": "cp850 850 cspc850multilingual",
    "IBM852": "cp852 852 cspcp852",
    "macintosh": "mac csmacintosh",
    **{f"windows-{page}": f"cswindows{page}" for page in range(1250, 1259)},
}
_ALIASES: Final = {alias: name for name, others in _OTHER_NAMES.items() for alias in (name.lower(), *others.split())}
# Names that Terraform knows of encodings that are not built in here.
_NOT_BUILT_IN: Final = frozenset((
    "855", "860", "862", "863", "865", "ccsid00858", "ccsid01140", "cp00858", "cp037", "cp855", "cp860", "cp862",
    "cp863", "cp865", "csibm00858", "csibm037", "csibm1047", "csibm855", "csibm860", "csibm863", "csibm865",
    "csiso88596e", "csiso88596i", "csiso88598e", "csiso88598i", "cspc862latinhebrew", "cswindows874",
    "ebcdic-cp-ca", "ebcdic-cp-nl", "ebcdic-cp-us", "ebcdic-cp-wt", "hz-gb-2312", "ibm-1047", "ibm00858",
    "ibm01140", "ibm037", "ibm1047", "ibm855", "ibm860", "ibm862", "ibm863", "ibm865", "iso-8859-6-e",
    "iso-8859-6-i", "iso-8859-8-e", "iso-8859-8-i", "iso_8859-6-e", "iso_8859-6-i", "iso_8859-8-e", "iso_8859-8-i",
    "pc-multilingual-850+euro", "windows-874",
))  # fmt: skip
_PRIVATE: Final = re.compile("[\uf8f0-\uf8f3]")
"""What the codec makes of bytes that Shift_JIS does not have."""


def decode_base64(text: str) -> bytes | None:
    """The bytes of a Base64 text in its standard alphabet, padded; None where it is none."""
    try:
        return b64decode(re.sub(r"[\r\n]", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None


@_function("base64decode", _STR, result=STRING)
def _base64decode(text: str) -> str:
    content = decode_base64(text)
    if content is None:
        raise FunctionError(f'failed to decode base64 data "{text}"')
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FunctionError("the result of decoding the provided string is not valid UTF-8") from error


@_function("base64encode", _STR, result=STRING)
def _base64encode(text: str) -> str:
    return b64encode(text.encode()).decode()


@_function("base64gzip", _STR, result=STRING, surroundings=True)
def _base64gzip(surroundings: Surroundings, text: str) -> Value:
    if not surroundings.now:
        # Every compressor chooses its own bytes, so a plan's text would be a guess.
        cause = values.not_evaluable("base64gzip() depends on the compressor")
        return values.unknown(STRING, cause, not_null=True, prefix=_GZIP_START)
    return values.string(b64encode(gzip.compress(text.encode(), mtime=0)).decode())


@_function("urlencode", _STR, result=STRING)
def _urlencode(text: str) -> str:
    return quote_plus(text, safe="")


def _named(encoding: str) -> str | Value:
    """The IANA name; an unknown value where only we do not know the encoding."""
    if (name := _ALIASES.get(encoding.lower())) is not None:
        return name
    if encoding.lower() not in _NOT_BUILT_IN:
        complaint = f'"{encoding}" is not a supported IANA encoding name or alias in this Terraform version'
        raise FunctionError(complaint, "encoding")
    cause = values.not_evaluable(f"the encoding {encoding} is not built in")
    return values.unknown(STRING, cause, not_null=True)


@_function("textencodebase64", Parameter("string", STRING), _ENCODING, result=STRING)
def _textencodebase64(text: str, encoding: str) -> str | Value:
    name = _named(encoding)
    if isinstance(name, Value):
        return name
    try:
        encoded = codecs.BOM_UTF16_BE + text.encode("utf-16-be") if name == "UTF-16" else text.encode(_NAMES[name])
    except UnicodeEncodeError as error:
        complaint = f"the given string contains characters that cannot be represented in {name}"
        raise FunctionError(complaint, "string") from error
    return b64encode(encoded).decode()


@_function("textdecodebase64", Parameter("source", STRING), _ENCODING, result=STRING)
def _textdecodebase64(source: str, encoding: str) -> str | Value:
    name = _named(encoding)
    if isinstance(name, Value):
        return name
    content = decode_base64(source)
    if content is None:
        wrong = _NOT_BASE64.search(source)
        place = wrong.start() if wrong else len(source)
        raise FunctionError(f"the given value is has an invalid base64 symbol at offset {place}", "source")
    codec = _NAMES[name]
    if name == "UTF-16":
        codec = "utf-16" if content[:2] in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE) else "utf-16-be"
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        text = None
    if text is None or (name == "Shift_JIS" and _PRIVATE.search(text)):
        raise FunctionError(f"the given string contains symbols that are not defined for {name}", "source")
    return text
