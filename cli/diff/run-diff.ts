import type { L4Balancer } from '../../crds/l4balancer.ts';
import { parseL4Balancer } from '../../crds/parse.ts';
import { API_VERSION, KIND } from '../../crds/resource-type.ts';
import type { Request } from '../arguments/request.ts';
import { type Balancer, findBalancer } from '../cluster/balancers.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import type { LoadOperatorCode } from '../manifest/operator-code.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { asDocument } from '../print/document.ts';
import { styleOf } from '../print/style.ts';
import type { Terminal } from '../print/terminal.ts';
import { DEFAULT_IMAGE } from '../render/run-render.ts';
import { changesOf, summaryOf } from './changes.ts';
import { changeLines } from './lines.ts';

export type DiffRequest = Extract<Request, { readonly command: 'diff' }>;

/**
 * Says what a manifest will change, compared with the cluster or with another manifest. The exit code is 1 if
 * pods restart or open connections end. Throws CliError.
 */
export const runDiff = async (
  { file, output, against, namespace }: DiffRequest,
  terminal: Terminal,
  loadOperatorCode: LoadOperatorCode,
  inSession: <T>(use: (session: Session) => Promise<T>) => Promise<T>,
): Promise<ExitCode> => {
  const wanted = readManifest(file);
  const before =
    against === undefined
      ? await inSession((session) => present(wanted, namespace, session))
      : readManifest(against);
  if (before !== undefined && before.metadata.name !== wanted.metadata.name)
    throw new CliError(
      'BadInput',
      `${file} is about ${wanted.metadata.name}, and ${against} about ${before.metadata.name}: compare two specs of one balancer`,
    );
  const name = `${before?.metadata.namespace ?? wanted.metadata.namespace ?? namespace ?? 'default'}/${wanted.metadata.name}`;
  const { renderedOf } = await loadOperatorCode();
  // As its pods were rendered, as far as the new spec does not change them.
  const after: L4Balancer = {
    ...wanted,
    metadata: { ...before?.metadata, ...wanted.metadata },
    status: before?.status,
  };
  const options = { proxyImage: imageOf(before) ?? DEFAULT_IMAGE, pullPolicy: 'IfNotPresent' } as const;
  const sideOf = (balancer: L4Balancer) => ({ balancer, children: renderedOf(balancer, options) });
  if (before === undefined) {
    const { children } = sideOf(after);
    const created = children.map((one) => `${one.kind} ${one.metadata.name}`);
    if (output === undefined) terminal.out(`${name}: new; it creates ${created.join(', ')}.\n`);
    else terminal.out(await asDocument({ summary: 'It is new.', changes: [], creates: created }, output));
    return EXIT.ok;
  }
  const changes = changesOf(
    sideOf({ ...before, metadata: { ...before.metadata, ...namespaceOf(after) } }),
    sideOf(after),
  );
  const summary = summaryOf(changes, after.spec.paused);
  if (output === undefined) {
    const style = styleOf(terminal.colors);
    const lines = changeLines(`${name}: ${summary}`, changes, { width: terminal.width, style });
    terminal.out(`${lines.join('\n')}\n`);
  } else terminal.out(await asDocument({ summary, changes }, output));
  return changes.every(({ effect }) => effect === 'Live') ? EXIT.ok : EXIT.problem;
};

const namespaceOf = ({ metadata }: L4Balancer) =>
  metadata.namespace === undefined ? {} : { namespace: metadata.namespace };

/** The default image that its pods were made with: the operator's flags are not known here. */
const imageOf = (before: L4Balancer | undefined): string | undefined => before?.status?.renderedImage;

/** What the cluster has; undefined if there is no balancer of this name yet. */
const present = async (
  { metadata }: L4Balancer,
  namespace: string | undefined,
  session: Session,
): Promise<L4Balancer | undefined> => {
  const found = await findBalancer(
    { ...session, namespace: metadata.namespace ?? namespace ?? session.namespace },
    metadata.name,
  );
  return found === undefined ? undefined : parsed(found);
};

const parsed = (found: Balancer): L4Balancer => {
  const { balancer, findings } = parseL4Balancer({ apiVersion: API_VERSION, kind: KIND, ...found }, 'Report');
  if (balancer !== undefined) return balancer;
  const [first] = findings;
  throw new CliError(
    'Failed',
    `Cannot read the present spec of ${found.metadata.name}: ${first?.path} ${first?.message}; this command is older or newer than the resource`,
  );
};
