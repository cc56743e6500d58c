"""Lessons to video files: processes, encoded clips, the film, and subtitles.

`job` says what to render, `rendering` does it, `film` joins lessons.
"""
