"""Pictures of whole people, for finding hands; `handypose synth --people` makes them.

In this order: the body's mesh (`body`), what it does (`stance`, drawn by `stances`,
arms by `arms`, joints turned by `skeleton`), its skin and clothes (`complexion`,
`dress`), people before a camera (`scene`), and the picture (`render`, `photographer`).

Frame of a body at rest: metres, x to the person's left, y up, z forward. The arms are
solved as right ones; a left arm is a right one in a mirror.
"""
