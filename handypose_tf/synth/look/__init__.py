"""What skin is like: its colour, and what is drawn on it."""
