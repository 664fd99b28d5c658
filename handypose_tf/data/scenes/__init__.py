"""Made-up whole pictures for a hand detector."""
