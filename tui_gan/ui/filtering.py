"""Filtering: what a key or pasted text does while the words of a filter are typed."""

from textual import events

LONGEST = 40


def typed(words: str, event: events.Key, longest: int = LONGEST) -> tuple[str, bool]:
    """The words after a key, and whether they are still being typed: Enter keeps them, Escape clears them."""
    if event.key in ("enter", "escape"):
        return words.strip() if event.key == "enter" else "", False
    if event.key in ("backspace", "ctrl+h"):
        return words[:-1], True
    if event.key == "ctrl+u":
        return "", True
    return pasted(words, event.character or "", longest), True


def pasted(words: str, text: str, longest: int = LONGEST) -> str:
    """The words with more of them, as far as there is room."""
    return (words + "".join(filter(str.isprintable, text)))[:longest]
