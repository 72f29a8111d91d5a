import type { Request } from '../arguments/request.ts';
import { type Balancer, readBalancer } from '../cluster/balancers.ts';
import { listPods } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { counted } from '../print/units.ts';
import type { Entry } from './entry.ts';
import { filterOf } from './filter.ts';
import { follow } from './follow.ts';
import { entryLine } from './line.ts';
import { lastEntries } from './read-log.ts';
import { Seen } from './seen.ts';

export type LogRequest = Extract<Request, { readonly command: 'log' }>;

const DEFAULT_TAIL = 100;

/** Shows the access log of all replicas, and with -f what is added to it. Throws CliError. */
export const runLog = async (
  session: Session,
  request: LogRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { name, output, tail = DEFAULT_TAIL } = request;
  const balancer = await readBalancer(session, name);
  const pods = await listPods(session, balancer);
  const say = (text: string): void => {
    for (const line of paragraph(text, terminal.errWidth, '  ', '! ')) terminal.err(`${line}\n`);
  };
  const running = pods.filter(({ isRunning }) => isRunning);
  if (running.length === 0 && !request.follow)
    throw new CliError(
      'Failed',
      `Cannot show the log of ${name}: no proxy pod runs; kubectl l4b why ${name}`,
    );
  const isOff = accessLogIsOff(balancer);
  if (isOff) say(howToTurnOn(balancer, session));
  const isWanted = filterOf(request);
  const style = styleOf(terminal.colors);
  const show = (entry: Entry): void => {
    if (!isWanted(entry)) return;
    const { width } = terminal;
    const text =
      output === 'json'
        ? jsonOf(entry)
        : entryLine(entry, { width: output === 'wide' ? undefined : width, style });
    terminal.out(`${text}\n`);
  };
  const sinceMs = Date.now();
  const seen = new Map<string, Seen>();
  const read = await Promise.all(
    running.map(async ({ name: pod }) => {
      const entries = await lastEntries(session.transport, session.namespace, pod).catch((error: unknown) => {
        const explained = explain(error, `read the log of ${pod}`);
        if (explained.code === 'NoRight' || explained.code === 'NoLogin') throw explained;
        say(explained.message);
        return [];
      });
      const own = new Seen();
      seen.set(pod, own);
      return entries.filter((entry) => own.take(entry));
    }),
  );
  const before = read.flat().filter(isWanted);
  before.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  for (const entry of tail === 0 ? [] : before.slice(-tail)) show(entry);
  if (before.length === 0 && !isOff && !request.follow)
    say(
      read.every((entries) => entries.length === 0)
        ? `No connection that has ended is in the log of ${counted(running.length, 'proxy', 'proxies')}`
        : `None of ${counted(read.flat().length, 'connection')} that have ended is one of those`,
    );
  if (request.follow) return follow({ session, name, seen, sinceMs, onEntry: show, onTrouble: say });
  return EXIT.ok;
};

/** The line of the proxy, and which proxy it is. */
const jsonOf = ({ raw, pod }: Entry): string => JSON.stringify({ pod, ...JSON.parse(raw) });

const accessLogIsOff = ({ spec }: Balancer): boolean => {
  const { accessLog } = (spec ?? {}) as { readonly accessLog?: { readonly mode?: string } };
  return (accessLog?.mode ?? 'Off') === 'Off';
};

const howToTurnOn = ({ metadata }: Balancer, { namespace }: Session): string =>
  `accessLog.mode is Off, so that connections are not logged; without a restart: kubectl -n ${namespace} patch l4b ${metadata.name} --type=merge -p '{"spec":{"accessLog":{"mode":"Errors"}}}'`;
