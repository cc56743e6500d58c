"""What is printed: worksheets with their keys, and teacher's cards."""
