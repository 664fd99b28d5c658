"""From a sample to the network's input: what is drawn, moved and painted over."""
