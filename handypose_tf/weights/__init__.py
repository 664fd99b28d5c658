"""Weights of other trainings: PyTorch files read, brought to Keras, assigned."""
