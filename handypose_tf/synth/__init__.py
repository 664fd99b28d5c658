"""Rendered hands with exact labels; `handypose synth` is its command.

A picture is made in this order, one module each: a person (`person`), a posture
(`posture`, from the library in `poses`), the posed mesh (`hand_model`, on `anatomy`,
`skeleton` and `subdivision`), a camera (`viewpoint`), sleeves and objects (`props`),
light (`illumination`), the rendering (`render`, on `raster`, `lighting`, `skin`), a
background (`backgrounds`) and what the camera does to it (`film`); `scene` joins them.

Hard hands (`hard_scene`) hold things: `solids` in the open hand (`grips`), around which
the fingers close until they touch (`grasp`).
"""
