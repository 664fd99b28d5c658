"""From a scene to a photo: rasteriser, renderer, film."""
