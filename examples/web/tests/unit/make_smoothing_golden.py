"""Two points smoothed by `handypose_tf.inference`: what `one-euro-filter.ts` must give.

Run as `python tests/unit/make_smoothing_golden.py > tests/unit/smoothing-golden.json`.
"""

import json
import math

from handypose_tf.inference.video.one_euro import OneEuroFilter

NUM_FRAMES = 24

if __name__ == "__main__":
    smooth = OneEuroFilter()
    frames = []
    for i in range(NUM_FRAMES):
        seconds = i / 25 + 0.004 * (i % 3)
        resting = [100 + math.sin(7.3 * i), 80 + math.cos(5.1 * i)]
        moving = [10 + 9.5 * i + math.sin(3.7 * i), 40 + 0.4 * i * i]
        size = 120 + 10 * math.sin(i)
        points = [resting, moving]
        smoothed = smooth(points, size, seconds).tolist()
        frames.append(
            {"points": points, "size": size, "seconds": seconds, "smoothed": smoothed}
        )
    print(json.dumps(frames))
