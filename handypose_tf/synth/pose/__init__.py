"""What hands, arms and bodies do, and the joints that do it."""
