"""The scene of `short_lesson`; its option says how it goes wrong."""

from __future__ import annotations

import os
import signal
import sys
import time

from short_lesson import ShortLesson

from convexplain.errors import ConvexplainError
from convexplain.stage import LessonScene, PixelGrid


class Short(LessonScene):
    lesson_type = ShortLesson

    def show_first(self, beat):
        self.add(PixelGrid([[0.0, 1.0], [1.0, 0.0]], 400, 300, 200, scale="picture"))
        self.wait(0.2)

    def show_second(self, beat):
        sys.audit("short.drawing", "second", "")  # a moment for tests that stop the render at it
        mode = self.lesson.mode
        if mode == "raise":
            raise ConvexplainError("the scene says no")
        if mode == "bug":
            raise ZeroDivisionError("one by zero")
        if mode == "slow":
            time.sleep(0.2)
            self.wait(0.2)
        if mode == "memory":
            raise MemoryError
        if mode == "die":
            print("last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "exit":
            os._exit(7)
        if mode == "longer":
            self._until += 1.0
