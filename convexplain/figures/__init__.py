"""Figures for documents: one module each, drawn by matplotlib in the project's look."""
