import type { IncomingHttpHeaders } from 'node:http';
import { readHtmlPage } from '../../program/html-page.ts';
import { type Answer, type Page, type Pages, textPage } from '../../program/page-server.ts';
import type { Fleet } from './fleet.ts';
import type { Admission } from './scope.ts';

/** The one file of the page, which page/generate.ts writes. A bundle has it beside the program. */
const FILE = new URL('../../page/fleet-page.html', import.meta.url);

export const readFleetPage = (): (() => Page) => readHtmlPage(FILE);

export interface FleetPageSources {
  readonly fleet: Pick<Fleet, 'events' | 'endpoints'>;
  readonly page: () => Page;
  /** Decides who may see what. */
  readonly admit: (headers: IncomingHttpHeaders) => Admission | Promise<Admission>;
  /** Whether the page itself, which has no figures in it, is for everybody. */
  readonly isPageOpen: boolean;
}

const refusal = ({ status, why }: Extract<Admission, { readonly kind: 'Refused' }>): Page => ({
  ...textPage(status, why),
  headers: {
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  },
});

const uncached = (answer: Answer): Answer =>
  'begin' in answer ? answer : { ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } };

/** The pages that show all balancers, by path. */
export const fleetPages = ({ fleet, page, admit, isPageOpen }: FleetPageSources): Pages => ({
  '/': async (_, headers) => {
    const admission = isPageOpen ? undefined : await admit({ ...headers, 'sec-fetch-site': 'none' });
    return admission?.kind === 'Refused' ? refusal(admission) : page();
  },
  '/events': async (query, headers) => {
    const admission = await admit(headers);
    if (admission.kind === 'Refused') return refusal(admission);
    const readmit = isPageOpen ? async () => admit(headers) : undefined;
    return uncached(fleet.events(query, admission.scope, readmit));
  },
  '/endpoints': async (query, headers) => {
    const admission = await admit(headers);
    return admission.kind === 'Refused'
      ? refusal(admission)
      : uncached(await fleet.endpoints(query, admission.scope));
  },
});
