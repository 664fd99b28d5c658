import { detector, models } from "virtual:models";

import type { BundledModel } from "../hand/model";
import { missingFeature } from "./browser-support";
import { CameraMode } from "./camera-mode";
import { element } from "./elements";
import { EstimatorClient } from "./estimator-client";
import { HandFacts } from "./hand-facts";
import { describe, type Page } from "./mode";
import { ModeSwitch } from "./mode-switch";
import { describeModel, ModelPicker } from "./model-picker";
import { keepModels, startKeeping } from "./offline";
import { PhotoMode } from "./photo-mode";
import { PictureView } from "./picture-view";
import { Readout } from "./readout";

const readout = new Readout();
const offlineLine = element("offline", HTMLElement);

async function start(): Promise<void> {
  const missing = missingFeature();
  if (missing !== null) {
    throw new Error(missing);
  }
  const isKept = await startKeeping();
  const page: Page = {
    client: new EstimatorClient(detector),
    view: new PictureView(),
    facts: new HandFacts(),
    readout,
    model: models[0]!,
  };
  const photo = new PhotoMode(page);
  await load(page, page.model);
  const modes = new ModeSwitch({ photo, camera: new CameraMode(page) });
  const picker = new ModelPicker(models, (model) => void pick(model));
  modes.enter("photo");
  await tellOffline(isKept);

  async function pick(model: BundledModel): Promise<void> {
    picker.isEnabled = false;
    try {
      await load(page, model);
    } catch (error) {
      readout.warn(`${describe(error)} The former model stays in use.`);
      picker.picked = page.model;
    }
    picker.isEnabled = true;
    modes.current.refresh();
  }
}

/** Load a model and make it the page's. */
async function load(page: Page, model: BundledModel): Promise<void> {
  readout.clearWarning();
  readout.status(`Loading ${describeModel(model)} …`);
  try {
    await page.client.load(model);
  } catch (error) {
    readout.status("The model is not loaded");
    const reason = describe(error);
    throw new Error(`The model could not be loaded: ${reason}. Check the network, then try again.`);
  }
  page.model = model;
  page.facts.setModel(model);
  readout.status("Ready");
  if (!model.trained) {
    readout.warn("This model was never trained on hands: its keypoints mean nothing.");
  }
}

async function tellOffline(isKept: boolean): Promise<void> {
  const isReady = isKept && (await keepModels(models));
  offlineLine.textContent = isReady
    ? "Kept on this device: the page now works offline."
    : "Not kept for offline use: this browser window does not allow it, or it has no room.";
}

start().catch((error: unknown) => {
  document.body.classList.add("stopped");
  readout.status("");
  readout.warn(describe(error));
});
