import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../tooling/process/find-program.ts';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => findProgram(name))
  .find((path) => path !== undefined);

/** Options for a test that needs a browser. */
export const WITH_BROWSER = { skip: CHROMIUM === undefined ? 'chromium: not installed' : false };

/** Far longer than anything takes on the page, even on a machine that is busy with other tests. */
export const PATIENCE_MS = 90_000;

/** A desktop, a tablet and a small phone. */
export const SIZES = [
  { width: 1440, height: 900 },
  { width: 820, height: 1100 },
  { width: 360, height: 780 },
] as const;
export const SCHEMES = ['light', 'dark'] as const;

/** Starts Chromium without a window. Its sandbox does not work for root. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM as string,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    timeout: PATIENCE_MS,
  });

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained about: errors, refused scripts, requests to other hosts, dialogs. */
  readonly problems: string[];
}

/** Opens a page and waits until it shows `ready`: by default a status page, and its first report. */
export const openPage = async (
  browser: Browser,
  admin: string,
  options: BrowserContextOptions = {},
  { path = '/', ready = '#listeners' }: { readonly path?: string; readonly ready?: string } = {},
): Promise<OpenPage> => {
  const context = await browser.newContext({ viewport: SIZES[0], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(`${error}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://${admin}/`) && !request.url().startsWith('data:'))
      problems.push(`request: ${request.url()}`);
  });
  await page.goto(`http://${admin}${path}`);
  await page.locator(ready).waitFor();
  return { page, problems };
};

/** The texts of the cells of a table, by the name of each row without what is said of it. */
export const rowsOf = async (page: Page, label: string): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await page
    .getByRole('region', { name: `${label}, table`, exact: true })
    .locator('tbody tr')
    .all();
  const read = rows.map(async (row) => {
    const [name = ''] = ((await row.locator('th').allInnerTexts())[0] ?? '').split(/\n| of /);
    return [name.trim(), await row.locator('th, td').allTextContents()] as const;
  });
  return new Map(await Promise.all(read));
};
