import { fileURLToPath } from "node:url";

/** The whole project's folder. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The picture that the page brings along: a rendered hand, 640 x 480. */
export const SAMPLE = `${ROOT}handypose_tf/assets/demo_hand.jpg`;

/** The models that the page was built with. */
export const MODELS = process.env["HANDYPOSE_MODELS"] ?? `${ROOT}savedmodels`;
