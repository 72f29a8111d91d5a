import { readHtmlPage } from '../../program/html-page.ts';
import type { Page } from '../../program/page-server.ts';

/** The one file of the status page, which page/generate.ts writes. A bundle has it beside the program. */
const FILE = new URL('../../page/status-page.html', import.meta.url);

/** Reads the page of a proxy. */
export const readStatusPage = (): (() => Page) => readHtmlPage(FILE);
