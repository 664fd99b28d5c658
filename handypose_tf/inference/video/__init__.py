"""Hands through a video: frames in, hands followed and smoothed, films out."""
