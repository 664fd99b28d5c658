"""Geometry and light without hands: meshes, turns, cameras, lamps, colours."""
