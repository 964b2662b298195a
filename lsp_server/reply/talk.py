"""What in a reply is talk to the user, and not the text that was asked for.

Chat models announce code ("Here is the function:") and explain it afterwards. These tests look
at one line and err on the side of code: what is not surely talk is kept.
"""

import re

ANNOUNCEMENT = re.compile(
    r"(here('s| is| are)|sure\b|certainly|of course|absolutely|below (is|are)|the following|"
    r"this is (the|a|an|your)|i('ve| have) |you can use|okay[,!.]|ok[,!.]|great[,!.]|"
    r"以下|下面|这是|好的|当然|没问题|可以)",
    re.IGNORECASE,
)
EXPLANATION = re.compile(
    r"(\*\*|#{2,6} |[-*] \*\*|>\s|(this|the|these|note|notes|explanation|in this|here|i|we|it|you|"
    r"please|if you|let me|feel free|make sure|key (changes|points)|changes|example|usage)\b"
    r"|注意|说明|解释|这个|这段|该|以上|上述|请|如果|希望)",
    re.IGNORECASE,
)
# A comment in Python or shell looks like a heading; these words head explanations.
HEADING = re.compile(r"#{2,6} (explanation|notes?|usage|examples?|key|changes|how|说明|解释)", re.I)
SENTENCE_END = re.compile(r"[.:!?。：！？…*]\s*$")
IN_BACKTICKS = re.compile(r"`[^`\n]*`")
CODE = re.compile(
    r"[=;{}\[\]<>\\@|]|\w\(|^\s*(#!|//|/\*|--|\"\"\"|'''|%|\$)|^\s*#(?! )|^\s*#\s.*:$"
)
HAN = re.compile(r"[\u3400-\u9fff]")


def announces(line: str) -> bool:
    """Whether `line` says that the text asked for will follow."""
    return bool(ANNOUNCEMENT.match(line.strip())) and (
        bool(SENTENCE_END.search(line)) and is_sentence(line)
    )


def is_sentence(line: str) -> bool:
    """Whether `line` reads as prose: words and a full stop or colon, nothing of code outside ``."""
    text = line.strip()
    bare = IN_BACKTICKS.sub("x", text)
    if not SENTENCE_END.search(text) or CODE.search(bare) or text[0] in "#/'\"":
        return False
    return len(HAN.findall(text)) >= 4 or (text[0].isupper() and len(text.split()) >= 3)


def explains(line: str) -> bool:
    """Whether `line`, behind code and not indented, explains it."""
    if line[:1].isspace() or not EXPLANATION.match(line):
        return False
    bare = IN_BACKTICKS.sub("x", line.strip())
    is_heading = line.startswith(("**", "- **", "* **")) or bool(HEADING.match(line))
    if line.startswith("#"):
        return is_heading
    return is_heading or is_sentence(line) or (not CODE.search(bare) and len(bare.split()) >= 5)
