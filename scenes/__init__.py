"""One file a topic: a lesson becomes a Manim scene of the same name."""
