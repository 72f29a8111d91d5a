import type { Request } from '../arguments/request.ts';
import { readBalancer } from '../cluster/balancers.ts';
import { listWarnings } from '../cluster/events.ts';
import { listPods } from '../cluster/pods.ts';
import type { Readings } from '../cluster/reading.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { join } from '../picture/join.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import type { Terminal } from '../print/terminal.ts';
import { answerLines } from './answer.ts';
import { problemsOf } from './problems.ts';

export type WhyRequest = Extract<Request, { readonly command: 'why' }>;

/**
 * Says what is wrong with a balancer; the exit code is 1 if anything is that does not pass by itself. Where
 * something could not be asked, finding nothing is no success: the exit code says why it could not.
 */
export const runWhy = async (
  session: Session,
  { name, output, direct }: WhyRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const balancer = await readBalancer(session, name);
  const pods = await listPods(session, balancer);
  const [readings, events] = await Promise.all([
    readReports(session, pods, { direct }),
    listWarnings(session, new Set([name, ...pods.map((pod) => pod.name)])).catch(unlessCliError),
  ]);
  const picture = join({ balancer, pods, readings, before: undefined });
  const isUnknown = events instanceof CliError;
  const problems = problemsOf({ balancer, picture, events: isUnknown ? [] : events, now: Date.now() });
  const unasked = [...unaskedIn(readings), ...(isUnknown ? [events] : [])];
  const unknown = unasked.map(({ message }) => message);
  if (output !== undefined) terminal.out(await asDocument({ problems, unknown }, output));
  else {
    const options = { width: terminal.width, style: styleOf(terminal.colors) };
    terminal.out(`${answerLines(problems, unknown, picture, options).join('\n')}\n`);
  }
  if (problems.some(({ weight }) => weight !== 'Passes')) return EXIT.problem;
  return unasked[0]?.exitCode ?? EXIT.ok;
};

const unlessCliError = (error: unknown): CliError => {
  if (error instanceof CliError) return error;
  throw error;
};

/** Why no proxy was asked. A missing right concerns all. Silence for another reason is a problem. */
const unaskedIn = (readings: Readings): readonly CliError[] => {
  if (readings.size === 0) return [new CliError('Failed', 'The proxies were not asked: no proxy pod runs')];
  const refused = [...readings.values()].find((one) => one.kind === 'None' && one.code === 'NoRight');
  return refused?.kind === 'None'
    ? [new CliError('NoRight', `The proxies were not asked: ${refused.why}`)]
    : [];
};
