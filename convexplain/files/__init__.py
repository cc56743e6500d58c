"""Files that appear whole or not at all.

`atomic` writes and moves them, `documents` checks where a user wants one, `cache` says where
downloads and clips are kept.
"""
