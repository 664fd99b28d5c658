"""Rendered hands with exact labels; `handypose synth` is its command.

Storeys, each on those above it in this list:

- `space`: meshes, turns, cameras, lamps and colours;
- `anatomy`: the arm and the body of MakeHuman;
- `pose`: what hands, arms and bodies do, and the joints that do it;
- `look`: skin;
- `world`: people, clothes, things in hands and before them, light, backgrounds;
- `scenes`: one picture to be, drawn at random: hands, hard hands, people;
- `picture`: rasteriser, renderer, and what a camera does to the light.

The photographer makes samples from scenes, `dataset` many of them in parallel.
"""
