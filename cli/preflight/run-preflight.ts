import type { Request } from '../arguments/request.ts';
import type { Session } from '../cluster/session.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import type { LoadOperatorCode } from '../manifest/operator-code.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import type { Terminal } from '../print/terminal.ts';
import { counted } from '../print/units.ts';
import { DEFAULT_IMAGE } from '../render/run-render.ts';
import { gather } from './gather.ts';
import { verdictLines } from './lines.ts';
import { verdictsOf } from './verdicts.ts';

export type PreflightRequest = Extract<Request, { readonly command: 'preflight' }>;

/**
 * Says whether the cluster lets a manifest have what it asks for, before it is applied. The exit code is 1 if
 * something is in the way. Throws CliError.
 */
export const runPreflight = async (
  session: Session,
  { file, output, proxyImage = DEFAULT_IMAGE }: PreflightRequest,
  terminal: Terminal,
  loadOperatorCode: LoadOperatorCode,
): Promise<ExitCode> => {
  const manifest = readManifest(file);
  const namespace = manifest.metadata.namespace ?? session.namespace;
  const balancer = { ...manifest, metadata: { ...manifest.metadata, namespace } };
  const facts = await gather(balancer, { ...session, namespace }, await loadOperatorCode(), proxyImage);
  const verdicts = verdictsOf(facts);
  const bad = verdicts.filter(({ state }) => state === 'Bad').length;
  if (output === undefined) {
    const what = bad === 0 ? 'nothing is in the way' : `${counted(bad, 'thing is', 'things are')} in the way`;
    const heading = `${namespace}/${balancer.metadata.name}: ${what}`;
    const lines = verdictLines(heading, verdicts, { width: terminal.width, style: styleOf(terminal.colors) });
    terminal.out(`${lines.join('\n')}\n`);
  } else terminal.out(await asDocument(verdicts, output));
  return bad === 0 ? EXIT.ok : EXIT.problem;
};
