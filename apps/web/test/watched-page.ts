import type { Browser, Page } from "playwright-core";

export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, and requests that leave the server. */
  readonly complaints: string[];
}

/** A new page of the app whose complaints are kept. */
export async function watchedPage(browser: Browser, url: string): Promise<WatchedPage> {
  const complaints: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1024, height: 800 }, baseURL: url });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const own = request.url().startsWith(url) || /^(data|blob):/.test(request.url());
    if (!own) complaints.push(`request to ${request.url()}`);
  });
  return { page, complaints };
}
