import { setTimeout as sleep } from 'node:timers/promises';
import { listPods } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { asDocument } from '../print/document.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { counted } from '../print/units.ts';
import { addressesOf } from './addresses.ts';
import { changeDrained, type DrainRequest, specOf, type Written } from './change.ts';
import { type Progress, progressOf, progressText } from './progress.ts';

const POLL_MS = 1_000;
/** How long it is awaited that the proxies serve the change. */
const SERVED_MS = 15_000;

/** Waits until the proxies serve the change, and with `isOver` until that holds as well. */
const awaitProxies = async (
  session: Session,
  { direct }: DrainRequest,
  { balancer, change: by }: Written,
  isOver: (progress: Progress, elapsedMs: number) => boolean,
  show: (progress: Progress) => void,
): Promise<Progress> => {
  const began = performance.now();
  for (;;) {
    const pods = (await listPods(session, balancer)).filter((pod) => pod.isRunning && !pod.isLeaving);
    const readings = await readReports(session, pods, { direct });
    const running = pods.map((pod) => pod.name);
    const progress = progressOf(readings, running, balancer.metadata.generation ?? 0, by);
    show(progress);
    if (isOver(progress, performance.now() - began)) return progress;
    await sleep(POLL_MS);
  }
};

/** Drains endpoints, or ends that; with --wait until no connection is left. Throws CliError. */
export const runDrain = async (
  session: Session,
  request: DrainRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { command, name, endpoints, output } = request;
  const isAll = command === 'undrain' && request.all;
  if (!isAll && endpoints.length === 0)
    throw new CliError(
      'BadInput',
      `Name the endpoints: addresses, addresses with a port, or pod/NAME${command === 'undrain' ? ', or --all' : ''}`,
    );
  const entries = isAll ? undefined : await addressesOf(session, endpoints);
  const written = await changeDrained(session, request, entries);
  const say = (text: string): void => {
    for (const line of paragraph(text, terminal.errWidth)) terminal.err(`${line}\n`);
  };
  const waitMs = command === 'drain' && request.wait ? request.timeout * 1000 : 0;
  let shown = '';
  const isServed = ({ served, replicas }: Progress): boolean => served === replicas;
  const progress = await awaitProxies(
    session,
    request,
    written,
    (now, elapsedMs) =>
      waitMs > 0
        ? (isServed(now) && now.open === 0) || elapsedMs >= waitMs
        : isServed(now) || elapsedMs >= SERVED_MS,
    (now) => {
      const text = progressText(now);
      if (waitMs > 0 && text !== shown) say(text);
      shown = text;
    },
  );
  const left = stillDrained(written, command);
  if (output === undefined)
    for (const text of linesOf(request, written, progress, left))
      for (const line of paragraph(text, terminal.width)) terminal.out(`${line}\n`);
  else
    terminal.out(
      await asDocument({ name, change: Object.fromEntries(written.change), ...progress, kept: left }, output),
    );
  if (command === 'drain' && written.change.size > 0 && written.appliers.length > 0)
    say(
      `${written.appliers.join(' and ')} ${written.appliers.length === 1 ? 'writes' : 'write'} spec.backends, too, and may undo this: put backends[].drained into its source.`,
    );
  const isDone = isServed(progress) && (waitMs === 0 || progress.open === 0) && left.length === 0;
  return isDone ? EXIT.ok : EXIT.problem;
};

/** Entries that were to go and are still there: somebody else has put them there. */
const stillDrained = (
  { balancer, change: by }: Written,
  command: DrainRequest['command'],
): readonly string[] =>
  command === 'drain'
    ? []
    : (specOf(balancer).backends ?? []).flatMap(({ name, drained = [] }) =>
        drained.filter((entry) => by.get(name)?.includes(entry)),
      );

const linesOf = (
  { command, name }: DrainRequest,
  { change: by }: Written,
  progress: Progress,
  left: readonly string[],
): readonly string[] => {
  if (by.size === 0) return [`${name} drains nothing.`];
  const does = command === 'drain' ? 'no new connections' : 'new connections again';
  const lines = [...by].flatMap(([backend, entries]) => {
    const done = entries.filter((entry) => !left.includes(entry));
    return done.length === 0
      ? []
      : [`Backend ${backend}: ${done.join(', ')} ${done.length === 1 ? 'takes' : 'take'} ${does}.`];
  });
  return [
    ...lines,
    ...(left.length === 0
      ? []
      : [
          `${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} still drained: not by this command, so remove it where it was written.`,
        ]),
    progress.replicas === 0
      ? 'No proxy runs that could say whether it is served.'
      : `${progressText(progress)}${progress.served < progress.replicas ? `; see kubectl l4b why ${name}` : ''}.`,
    ...(command === 'drain' && progress.open > 0
      ? [`${counted(progress.open, 'connection')} will end by themselves; --wait waits for that.`]
      : []),
  ];
};
