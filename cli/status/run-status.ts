import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../arguments/request.ts';
import { listBalancers, readBalancer } from '../cluster/balancers.ts';
import { readMetrics, type Scrape } from '../cluster/metrics.ts';
import type { Reach } from '../cluster/pages.ts';
import { listPods, type Pod } from '../cluster/pods.ts';
import type { Readings } from '../cluster/reading.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { join } from '../picture/join.ts';
import { asDocument } from '../print/document.ts';
import { repeatedly } from '../print/repeatedly.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { endsOf, metricsOf } from '../top/traffic.ts';
import { isReady, listLines } from './list-table.ts';
import { oneScreen } from './one-screen.ts';

export type StatusRequest = Extract<Request, { readonly command: 'status' }>;

/** Between the two times that the proxies are asked, from which rates follow. */
const BETWEEN_MS = 1000;

/** Shows one balancer or all; with -w again and again. Throws CliError. */
export const runStatus = async (
  session: Session,
  request: StatusRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { name, allNamespaces } = request;
  if (name === undefined) return showAgain(request, terminal, () => list(session, request, terminal));
  if (allNamespaces)
    throw new CliError(
      'BadInput',
      'Name a balancer or -A, not both: a name is that of one namespace, which -n chooses',
    );
  let before: Polled | undefined;
  return showAgain(request, terminal, async () => {
    const shown = await one(session, name, request, terminal, before);
    before = shown.polled;
    return shown;
  });
};

/** What the proxies said at one time. */
interface Polled {
  readonly readings: Readings;
  readonly scrapes: readonly Scrape[];
}

const ENDS = metricsOf('reason');

const poll = async (session: Session, pods: readonly Pod[], reach: Reach): Promise<Polled> => {
  const [readings, scrapes] = await Promise.all([
    readReports(session, pods, reach),
    readMetrics(session, pods, ENDS, reach),
  ]);
  return { readings, scrapes };
};

interface Shown {
  readonly text: string;
  readonly exitCode: ExitCode;
}

const showAgain = async (
  { watch, output }: StatusRequest,
  terminal: Terminal,
  show: () => Promise<Shown>,
): Promise<ExitCode> => {
  if (watch) return repeatedly(terminal, output, async () => (await show()).text);
  const { text, exitCode } = await show();
  terminal.out(text);
  return exitCode;
};

const linesText = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const list = async (
  { transport, namespace }: Session,
  { allNamespaces, output }: StatusRequest,
  terminal: Terminal,
): Promise<Shown> => {
  const balancers = await listBalancers(transport, allNamespaces ? undefined : namespace);
  const exitCode = balancers.every(isReady) ? EXIT.ok : EXIT.problem;
  if (output === 'json' || output === 'yaml')
    return { text: await asDocument({ apiVersion: 'v1', kind: 'List', items: balancers }, output), exitCode };
  if (balancers.length === 0) {
    const where = allNamespaces ? 'in this cluster' : `in namespace ${namespace}; -A lists those of all`;
    return { text: `There is no L4Balancer ${where}\n`, exitCode };
  }
  const lines = listLines(balancers, {
    width: terminal.width,
    style: styleOf(terminal.colors),
    now: Date.now(),
    showNamespace: allNamespaces,
    wide: output === 'wide',
  });
  return { text: linesText(lines), exitCode };
};

const one = async (
  session: Session,
  name: string,
  { output, direct }: StatusRequest,
  terminal: Terminal,
  last: Polled | undefined,
): Promise<Shown & { readonly polled: Polled }> => {
  const balancer = await readBalancer(session, name);
  const pods = await listPods(session, balancer);
  const first = last ?? (await poll(session, pods, { direct }));
  const answers = [...first.readings.values()].some(({ kind }) => kind === 'Report');
  if (last === undefined && answers) await sleep(BETWEEN_MS);
  const polled = last === undefined && !answers ? first : await poll(session, pods, { direct });
  const { readings, scrapes } = polled;
  const ends = endsOf(first.scrapes, scrapes);
  const picture = join({ balancer, pods, readings, before: first.readings, ends });
  const exitCode = isReady(balancer) ? EXIT.ok : EXIT.problem;
  if (output === 'json' || output === 'yaml')
    return { text: await asDocument(picture, output), exitCode, polled };
  const style = styleOf(terminal.colors);
  const options = { width: terminal.width, style, now: Date.now(), wide: output === 'wide' };
  const refused = [...readings.values()].find((one) => one.kind === 'None' && one.code === 'NoRight');
  const note =
    refused?.kind === 'None'
      ? ['', ...paragraph(`The proxies were not asked: ${refused.why}`, options.width, '  ', '! ')]
      : [];
  return { text: linesText([...oneScreen(picture, options), ...note]), exitCode, polled };
};
