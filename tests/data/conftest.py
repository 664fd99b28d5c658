"""Lets the tests of this folder and of its sub-folders import `layouts`."""
