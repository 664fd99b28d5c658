import { expect, test } from "vitest";

import { PhonePage, servePage } from "./served-page.ts";
import { sharedBrowser } from "./shared-phone.ts";

test("after the first load the page works with its server gone", async () => {
  const { server, url } = await servePage();
  const phone = await PhonePage.open(await sharedBrowser(), url);
  await phone.page.goto(url);
  await phone.page.getByText("the page now works offline").waitFor();
  await phone.page.locator("#raw > summary").click();
  await phone.page.click("#sample");
  await phone.status(/1 hand found/);
  const online = await phone.keypoints();

  await server.close();
  await expect(fetch(url)).rejects.toThrow();
  await phone.page.context().setOffline(true);
  await phone.page.reload();
  await phone.status(/Ready/);
  await phone.page.locator("#raw > summary").click();
  await phone.page.click("#sample");
  await phone.status(/1 hand found/);
  expect(await phone.keypoints()).toEqual(online);

  const options = await phone.page.locator("#model option").count();
  for (let index = 0; index < options; index++) {
    await phone.pick(index);
    await phone.status(/1 hand found/);
  }
  expect(phone.complaints).toEqual([]);
  await phone.close();
});
