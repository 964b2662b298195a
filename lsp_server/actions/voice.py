"""In which language drafts and replies are written.

Drafts know English and Chinese, and fall back to English; a model is asked for whatever language
the style names.
"""

from lsp_server.settings import Style

_CHINESE = ("zh", "chinese", "中", "cn")
_NAMES = {"en": "English", "zh": "Chinese (简体中文)"}


def reply_language(style: Style) -> str:
    """ "zh" or "en", for drafts. The style may hold a locale or a name."""
    wanted = (style.reply_language or "").lower()
    return "zh" if wanted.startswith(_CHINESE) else "en"


def language_name(language: str) -> str:
    """What a prompt calls the language of a draft."""
    return _NAMES[language]


def asked_language(style: Style) -> str:
    """What a prompt calls the language that the style names."""
    wanted = style.reply_language or "en"
    known = reply_language(style)
    return _NAMES[known] if known == "zh" or wanted.lower().startswith("en") else wanted


def said(language: str, english: str, chinese: str) -> str:
    """The sentence of the two that is in `language`."""
    return chinese if language == "zh" else english
