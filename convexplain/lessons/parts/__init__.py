"""What lessons are made of: the lesson itself, its beats and options, and what several need."""
