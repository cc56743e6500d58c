"""How words, numbers and colours look, wherever they are shown.

`captions` holds text in both languages, `format` numbers as text, `terminal` text in columns,
`theme` and `colours` the colours, `fonts` the bundled fonts, `sheets` the size of a stack of maps.
"""
