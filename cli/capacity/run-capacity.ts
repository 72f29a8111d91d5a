import type { Request } from '../arguments/request.ts';
import { readBalancer } from '../cluster/balancers.ts';
import { listPods } from '../cluster/pods.ts';
import { readReports } from '../cluster/reports.ts';
import type { Session } from '../cluster/session.ts';
import { unanswered } from '../cluster/unanswered.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import type { Terminal } from '../print/terminal.ts';
import { holdingOf, shortages } from './holding.ts';
import { capacityLines } from './lines.ts';

export type CapacityRequest = Extract<Request, { readonly command: 'capacity' }>;

/** Shows what a balancer can hold; the exit code is 1 if something is short. Throws CliError. */
export const runCapacity = async (
  session: Session,
  { name, output, direct }: CapacityRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const balancer = await readBalancer(session, name);
  const readings = await readReports(session, await listPods(session, balancer), { direct });
  const holding = holdingOf(balancer, readings);
  if (holding.replicas.length === 0) throw unanswered('show the capacity', name, readings);
  if (output === undefined) {
    const lines = capacityLines(holding, { width: terminal.width, style: styleOf(terminal.colors) });
    terminal.out(`${lines.join('\n')}\n`);
  } else terminal.out(await asDocument(holding, output));
  return shortages(holding).length === 0 ? EXIT.ok : EXIT.problem;
};
