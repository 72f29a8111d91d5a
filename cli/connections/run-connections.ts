import { readBalancer } from '../cluster/balancers.ts';
import { askAll, readPage } from '../cluster/pages.ts';
import { listPods } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { asDocument } from '../print/document.ts';
import { repeatedly } from '../print/repeatedly.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { joined, type Listed, readConnections } from './join.ts';
import { connectionLines } from './lines.ts';
import { type ConnectionsRequest, isFiltered, pageOf } from './query.ts';

/** Lists the open connections of all replicas; with -w again and again. Throws CliError. */
export const runConnections = async (
  session: Session,
  request: ConnectionsRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const show = async (): Promise<string> => {
    const { lists, problems } = await ask(session, request);
    const { output, sort, limit } = request;
    const all = joined(lists, sort, limit);
    if (output === 'json' || output === 'yaml') return await asDocument({ ...all, problems }, output);
    const width = output === 'wide' ? undefined : terminal.width;
    const lines = [
      ...connectionLines(all, { width, style: styleOf(terminal.colors), isFiltered: isFiltered(request) }),
      ...problems.flatMap((problem) => paragraph(problem, width, '  ', '! ')),
    ];
    return `${lines.join('\n')}\n`;
  };
  if (request.watch) return repeatedly(terminal, request.output, show);
  terminal.out(await show());
  return EXIT.ok;
};

const ask = async (
  session: Session,
  request: ConnectionsRequest,
): Promise<{ readonly lists: ReadonlyMap<string, Listed>; readonly problems: readonly string[] }> => {
  const pods = await listPods(session, await readBalancer(session, request.name));
  const page = pageOf(request);
  const readings = await askAll(pods, (pod) => readPage(session, pod, page, request));
  const lists = new Map<string, Listed>();
  const errors: CliError[] = [];
  for (const [pod, reading] of readings)
    switch (reading.kind) {
      case 'Page': {
        const { data } = readConnections.safeParse(reading.answer);
        if (data === undefined)
          errors.push(new CliError('Failed', `Cannot ask ${pod}: its answer is not understood`));
        else lists.set(pod, data);
        break;
      }
      case 'Refused':
        errors.push(refused(pod, reading.message));
        break;
      case 'None':
        errors.push(
          new CliError(
            reading.code === 'NoRight' ? 'NoRight' : 'Failed',
            `Cannot ask ${pod}: ${reading.why}`,
          ),
        );
        break;
      default:
        reading satisfies never;
    }
  if (lists.size === 0)
    throw (
      errors[0] ??
      new CliError(
        'Failed',
        `Cannot list connections: no proxy pod of ${request.name} runs; kubectl l4b why ${request.name}`,
      )
    );
  return { lists, problems: errors.map(({ message }) => message) };
};

/** A proxy refuses what it is asked, which the arguments say; one of an earlier version has no such page. */
const refused = (pod: string, message: string): CliError =>
  message.startsWith('No such page')
    ? new CliError('Failed', `Cannot ask ${pod}: it is of an earlier version, which lists no connections`)
    : new CliError('BadInput', `${pod}: ${message}`);
