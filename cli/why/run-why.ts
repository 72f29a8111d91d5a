import type { Request } from '../arguments/request.ts';
import { readBalancer } from '../cluster/balancers.ts';
import { listWarnings } from '../cluster/events.ts';
import { listPods } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import { join } from '../picture/join.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { answerLines } from './answer.ts';
import { problemsOf } from './problems.ts';

export type WhyRequest = Extract<Request, { readonly command: 'why' }>;

/** Says what is wrong with a balancer; the exit code is 1 if anything is that does not pass by itself. */
export const runWhy = async (
  session: Session,
  { name, output, direct }: WhyRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const balancer = await readBalancer(session, name);
  const pods = await listPods(session, balancer);
  const [readings, events] = await Promise.all([
    readReports(session, pods, { direct }),
    listWarnings(session, new Set([name, ...pods.map((pod) => pod.name)])),
  ]);
  const picture = join({ balancer, pods, readings, before: undefined });
  const problems = problemsOf({ balancer, picture, events: events ?? [], now: Date.now() });
  const exitCode = problems.some(({ weight }) => weight !== 'Passes') ? EXIT.problem : EXIT.ok;
  if (output !== undefined) {
    terminal.out(await asDocument(problems, output));
    return exitCode;
  }
  const refused = [...readings.values()].find((one) => one.kind === 'None' && one.code === 'NoRight');
  const unknown = [
    ...(refused?.kind === 'None' ? [`The proxies were not asked: ${refused.why}.`] : []),
    ...(events === undefined ? ['Events are not known: they cannot be listed by you.'] : []),
  ];
  const style = styleOf(terminal.colors);
  const lines = [
    ...answerLines(problems, picture, { width: terminal.width, style }),
    ...unknown.flatMap((text) => ['', ...paragraph(text, terminal.width, '  ', '! ')]),
  ];
  terminal.out(`${lines.join('\n')}\n`);
  return exitCode;
};
