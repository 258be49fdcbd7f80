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
_ALIASES: Final = {
    "utf8": "UTF-8",
    "iso-8859-1": "ISO_8859-1:1987",
    "latin1": "ISO_8859-1:1987",
    "l1": "ISO_8859-1:1987",
    "iso_8859-1": "ISO_8859-1:1987",
    "ascii": "US-ASCII",
    "sjis": "Shift_JIS",
    "ms_kanji": "Shift_JIS",
    **{name.lower(): name for name in _NAMES},
}


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
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError) as error:
        complaint = f'"{encoding}" is not a supported IANA encoding name or alias in this Terraform version'
        raise FunctionError(complaint, "encoding") from error
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
        return content.decode(codec)
    except UnicodeDecodeError as error:
        complaint = f"the given string contains symbols that are not defined for {name}"
        raise FunctionError(complaint, "source") from error
