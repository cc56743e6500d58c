"""Marks of both languages, in pictures, videos and on the terminal alike."""

#: Marks that begin no line of Chinese.
NOT_FIRST = "，。：；、！？）」』》”’％…%,.;:!?)]"
#: Marks that end no line of Chinese.
NOT_LAST = "（「『《“‘(["
#: Between parts of a sentence, before what a name stands for, at the end: by language.
COMMA = {"en": ", ", "zh": "，"}
COLON = {"en": ": ", "zh": "："}
STOP = {"en": ".", "zh": "。"}
