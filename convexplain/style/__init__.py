"""How words, numbers and colours look, wherever they are shown.

`captions` holds text in both languages, `format` numbers as text, `terminal` text in columns,
`theme` the colours, `terms` the words of labels, `fonts` the bundled fonts.
"""
