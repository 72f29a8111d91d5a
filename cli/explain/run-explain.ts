import { readBalancer } from '../cluster/balancers.ts';
import { askAll, readPage } from '../cluster/pages.ts';
import { listPods } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { type Answer, grouped, isServed, readExplanation } from './answers.ts';
import { type ExplainRequest, pageOf } from './flow.ts';
import { explainLines } from './lines.ts';

/** What was learned of the replicas. */
interface Asked {
  readonly answers: ReadonlyMap<string, Answer>;
  /** By pod: why it has not answered. */
  readonly unanswered: ReadonlyMap<string, CliError>;
}

/** Says which endpoint a client gets, and why; the exit code is 1 if it gets none in some replica. */
export const runExplain = async (
  session: Session,
  request: ExplainRequest,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { answers, unanswered } = await ask(session, request);
  const [failed] = unanswered.values();
  if (answers.size === 0)
    throw (
      failed ??
      new CliError(
        'Failed',
        `Cannot explain: no proxy pod of ${request.name} runs; kubectl l4b why ${request.name}`,
      )
    );
  const exitCode = [...answers.values()].every(isServed) ? EXIT.ok : EXIT.problem;
  const { output } = request;
  if (output === 'json' || output === 'yaml') {
    const replicas = [
      ...[...answers].map(([pod, explanation]) => ({ pod, explanation })),
      ...[...unanswered].map(([pod, { message }]) => ({ pod, why: message })),
    ];
    terminal.out(await asDocument(replicas, output));
    return exitCode;
  }
  const { width, colors } = terminal;
  const lines = [
    ...explainLines(grouped(answers), request, {
      width,
      style: styleOf(colors),
      now: Date.now(),
      wide: output === 'wide',
    }),
    ...[...unanswered.values()].flatMap(({ message }) => ['', ...paragraph(message, width, '  ', '! ')]),
  ];
  terminal.out(`${lines.join('\n')}\n`);
  return exitCode;
};

const ask = async (session: Session, request: ExplainRequest): Promise<Asked> => {
  const pods = await listPods(session, await readBalancer(session, request.name));
  const page = pageOf(request);
  const readings = await askAll(pods, (pod) => readPage(session, pod, page, request));
  const answers = new Map<string, Answer>();
  const unanswered = new Map<string, CliError>();
  for (const [pod, reading] of [...readings].sort(([a], [b]) => (a < b ? -1 : 1)))
    switch (reading.kind) {
      case 'Page': {
        const { data } = readExplanation.safeParse(reading.answer);
        if (data === undefined) unanswered.set(pod, notUnderstood(pod));
        else answers.set(pod, data);
        break;
      }
      case 'Refused':
        unanswered.set(pod, refused(pod, reading.message));
        break;
      case 'None':
        unanswered.set(
          pod,
          new CliError(
            reading.code === 'NoRight' ? 'NoRight' : 'Failed',
            `Cannot ask ${pod}: ${reading.why}`,
          ),
        );
        break;
      default:
        reading satisfies never;
    }
  return { answers, unanswered };
};

const notUnderstood = (pod: string): CliError =>
  new CliError('Failed', `Cannot ask ${pod}: what it answers is not understood; is its version another one?`);

/** A proxy refuses what it is asked, which the arguments say; one of an earlier version has no such page. */
const refused = (pod: string, message: string): CliError =>
  message.startsWith('No such page')
    ? new CliError('Failed', `Cannot ask ${pod}: it is of an earlier version, which explains nothing`)
    : new CliError('BadInput', `${pod}: ${message}`);
