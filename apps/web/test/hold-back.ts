import type { Page } from "playwright-core";

/** Lets requests that match wait. @returns what lets them go on */
export async function holdBack(page: Page, address: RegExp): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(address, async (route) => {
    await released;
    await route.continue().catch(() => undefined); // the page may have given it up
  });
  return release;
}
