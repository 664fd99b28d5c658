import { expect, test } from "vitest";

import { launchChromium } from "./chromium.ts";
import { PhonePage, servePage } from "./served-page.ts";

test("after the first load the page works with its server gone", async () => {
  const browser = await launchChromium();
  const { server, url } = await servePage();
  const phone = await PhonePage.open(browser, url);
  await phone.page.goto(url);
  await phone.page.getByText("the page now works offline").waitFor();
  await phone.page.click("#sample");
  await phone.status(/Hand found/);
  const online = await phone.keypoints();

  await server.close();
  await expect(fetch(url)).rejects.toThrow();
  await phone.page.context().setOffline(true);
  await phone.page.reload();
  await phone.status(/Ready/);
  await phone.page.click("#sample");
  await phone.status(/Hand found/);
  expect(await phone.keypoints()).toEqual(online);

  const options = await phone.page.locator("#model option").count();
  for (let index = 0; index < options; index++) {
    await phone.page.selectOption("#model", { index });
    await phone.page.locator("#model:enabled").waitFor();
    await phone.status(/Hand found/);
  }
  expect(phone.complaints).toEqual([]);
  await browser.close();
});
