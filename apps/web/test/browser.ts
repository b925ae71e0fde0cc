import { access } from "node:fs/promises";
import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium, or the one that CHROMIUM names; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  const path = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return access(path).then(
    () => path,
    () => undefined,
  );
}

// Without the network flags Chromium looks for hosts of its own at every start.
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags, headless: true });
}
