"""What the program says to a person: English sentences with fields, and their Chinese in `zh`."""

from convexplain.messages.message import (
    Message,
    Told,
    in_language,
    joined,
    recalled,
    said,
    together,
    translated,
)

__all__ = ["Message", "Told", "in_language", "joined", "recalled", "said", "together", "translated"]
