"""`.tflite` files: what they hold and say of themselves, and how they run.

numpy, flatbuffers and LiteRT; no TensorFlow.
"""
