import { askAll, type Reach, readPage } from './pages.ts';
import type { Pod } from './pods.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';

/** Asks the proxies of these pods, those that run. Never rejects: a reading says why there is no report. */
export const readReports = (
  session: Session,
  pods: readonly Pod[],
  reach: Reach,
): Promise<ReadonlyMap<string, Reading>> => askAll(pods, (pod) => readOne(session, pod, reach));

const readOne = async (session: Session, pod: Pod, reach: Reach): Promise<Reading> => {
  const page = await readPage(session, pod, 'status', reach);
  switch (page.kind) {
    case 'None':
      return page;
    case 'Refused':
      return { kind: 'None', code: 'Unreachable', why: `it refuses to answer: ${page.message}` };
    case 'Page': {
      // A list of balancers asks no proxy, and needs no parser of reports.
      const { wholeReport } = await import('../../report/whole.ts');
      const { data: report } = wholeReport.safeParse(page.answer);
      return report === undefined
        ? { kind: 'None', code: 'NoProxy', why: 'what answers there is not a proxy of L4Balancer' }
        : { kind: 'Report', report, atMs: page.atMs };
    }
    default:
      return page satisfies never;
  }
};
