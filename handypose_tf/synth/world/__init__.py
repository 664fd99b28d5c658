"""What is before the camera: people, clothes, things, light, backgrounds."""
