"""Where a line of Chinese may begin and end, in pictures, videos and on the terminal alike."""

#: Marks that begin no line.
NOT_FIRST = "，。：；、！？）」』》”’％…%,.;:!?)]"
#: Marks that end no line.
NOT_LAST = "（「『《“‘(["
