import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../arguments/request.ts';
import { readBalancer } from '../cluster/balancers.ts';
import { readMetrics, type Scrape } from '../cluster/metrics.ts';
import { listPods, type Pod } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { unanswered } from '../cluster/unanswered.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import { asDocument } from '../print/document.ts';
import { repeatedly } from '../print/repeatedly.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { type SourceTraffic, sourcesOf } from './sources.ts';
import { sourceLines, trafficLines } from './tables.ts';
import { metricsOf, type Traffic, trafficOf } from './traffic.ts';

export type TopRequest = Extract<Request, { readonly command: 'top' }>;

/** Between the two readings from which rates follow. */
const BETWEEN_MS = 1000;

const TRIED = 'show the traffic';

/** Shows who has how much traffic; with -w again and again. Throws CliError. */
export const runTop = async (
  session: Session,
  request: TopRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  let before: readonly Scrape[] | undefined;
  const show = async (): Promise<string> => {
    const pods = await listPods(session, await readBalancer(session, request.name));
    if (request.by === 'source') return showSources(session, pods, request, terminal);
    const wanted = metricsOf(request.by);
    const read = (): Promise<readonly Scrape[]> => readMetrics(session, pods, wanted, request);
    const first = before ?? (await read());
    if (first.length === 0) throw unanswered(TRIED, request.name, await readReports(session, pods, request));
    if (before === undefined) await sleep(BETWEEN_MS);
    const now = await read();
    before = now;
    const rows = trafficOf(request.by, first, now);
    const silent = silentOf(pods, new Set(now.map(({ pod }) => pod)));
    const { output } = request;
    if (output === 'json' || output === 'yaml') return await documentOf(rows, silent, request, output);
    return text([
      ...trafficLines(request.by, rows, { ...shape(request, terminal), all: output === 'wide' }),
      ...silentLines(silent, request, terminal),
    ]);
  };
  if (request.watch) return repeatedly(terminal, request.output, show);
  terminal.out(await show());
  return EXIT.ok;
};

const shape = ({ output }: TopRequest, { width, colors }: Terminal) => ({
  width: output === 'wide' ? undefined : width,
  style: styleOf(colors),
});

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** Pods that should have answered: the sums lack what these proxies have. */
const silentOf = (pods: readonly Pod[], answered: ReadonlySet<string>): readonly string[] =>
  pods
    .filter(({ name, isRunning, isLeaving }) => isRunning && !isLeaving && !answered.has(name))
    .map(({ name }) => name);

const problemOf = (silent: string, { name }: TopRequest): string =>
  `No answer from ${silent}; kubectl l4b why ${name}`;

const silentLines = (
  silent: readonly string[],
  request: TopRequest,
  { width }: Terminal,
): readonly string[] =>
  silent.length === 0 ? [] : paragraph(problemOf(silent.join(', '), request), width, '  ', '! ');

/** The rows as a document, which says as well what they lack. */
const documentOf = (
  rows: readonly (Traffic | SourceTraffic)[],
  silent: readonly string[],
  request: TopRequest,
  output: 'json' | 'yaml',
): Promise<string> => asDocument({ rows, problems: silent.map((one) => problemOf(one, request)) }, output);

const showSources = async (
  session: Session,
  pods: readonly Pod[],
  request: TopRequest,
  terminal: Terminal,
): Promise<string> => {
  const readings = await readReports(session, pods, request);
  if (![...readings.values()].some(({ kind }) => kind === 'Report'))
    throw unanswered(TRIED, request.name, readings);
  const rows = sourcesOf(readings);
  const answered = [...readings].flatMap(([pod, { kind }]) => (kind === 'Report' ? [pod] : []));
  const silent = silentOf(pods, new Set(answered));
  const { output } = request;
  if (output === 'json' || output === 'yaml') return await documentOf(rows, silent, request, output);
  return text([...sourceLines(rows, shape(request, terminal)), ...silentLines(silent, request, terminal)]);
};
