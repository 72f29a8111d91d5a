import { once } from 'node:events';
import { ApiError } from '../../kube/errors.ts';
import { objectPath } from '../../kube/paths.ts';
import { openTunnels, portForwardPath } from '../../kube/port-forward.ts';
import { VERSION } from '../../program/version.ts';
import type { Request } from '../arguments/request.ts';
import { CALL_TIMEOUT_MS, readBalancer } from '../cluster/balancers.ts';
import { podOf, type RawPod } from '../cluster/pods.ts';
import type { Session } from '../cluster/session.ts';
import { CliError, EXIT, type ExitCode } from '../errors/exit.ts';
import { explain } from '../errors/explain.ts';
import { paragraph } from '../print/table.ts';
import type { Terminal } from '../print/terminal.ts';
import { startLocalServer } from './local-server.ts';
import { openBrowser } from './open-browser.ts';
import { findOperator, type PagePod } from './operators.ts';

export type DashboardRequest = Extract<Request, { readonly command: 'dashboard' }>;

/** The port of the operator's page, here as well. */
const USUAL_PORT = 8082;
/** After the pod of connections has gone, another one is looked for, no more often than this. */
const LOOK_AGAIN_MS = 2_000;

/** The pod of --pod: a replica, whose own page it has. Throws CliError. */
const findReplica = async ({ transport, namespace }: Session, name: string): Promise<PagePod> => {
  const path = objectPath({ apiVersion: 'v1', kind: 'Pod', namespace, name });
  const raw = (await transport
    .request({ method: 'GET', path, timeoutMs: CALL_TIMEOUT_MS })
    .catch((error: unknown) => {
      throw explain(error, `read the pod ${namespace}/${name}`);
    })) as RawPod;
  const { isRunning, adminPort, trouble } = podOf(raw);
  if (!isRunning)
    throw new CliError('NotFound', `Pod ${namespace}/${name} does not run: ${trouble ?? 'it has ended'}`);
  return { namespace, pod: name, port: adminPort };
};

/** Throws CliError if the API server does not let this user forward ports of the pod. */
const checkRight = async ({ transport }: Session, to: PagePod): Promise<void> => {
  const [path = '', query = ''] = portForwardPath(to).split('?');
  try {
    await transport.request({
      method: 'GET',
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      timeoutMs: CALL_TIMEOUT_MS,
    });
  } catch (error) {
    // Who may is told that a plain request is none of a tunnel.
    if (error instanceof ApiError && error.code === 'BadRequest' && /upgrade/i.test(error.serverMessage))
      return;
    throw explain(error, `forward port ${to.port} of pod ${to.namespace}/${to.pod}`);
  }
};

/** Opens the page of all balancers in a browser, until Ctrl-C. Throws CliError. */
export const runDashboard = async (
  session: Session,
  request: DashboardRequest,
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> => {
  const { name, pod, port, noOpen, operatorNamespace } = request;
  if (name !== undefined && pod !== undefined)
    throw new CliError(
      'BadInput',
      'Name a balancer or a --pod, not both: a pod has the page of itself alone',
    );
  const say = (text: string): void => {
    for (const line of paragraph(text, terminal.width)) terminal.err(`${line}\n`);
  };
  const find = (): Promise<PagePod> =>
    pod === undefined ? findOperator(session, operatorNamespace) : findReplica(session, pod);
  if (name !== undefined) await readBalancer(session, name);
  let to = await find();
  await checkRight(session, to);

  const tunnels = await openTunnels(session.credentials, `kubectl-l4b/${VERSION}`);
  let isLost = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** The pod that was found last, or another one after connections to it have failed. */
  const target = async (): Promise<PagePod> => {
    if (!isLost || performance.now() - lookedAt < LOOK_AGAIN_MS) return to;
    lookedAt = performance.now();
    const found = await find();
    isLost = false;
    if (found.pod !== to.pod) say(`Now pod ${found.namespace}/${found.pod}`);
    to = found;
    return to;
  };
  let said = '';
  const onTrouble = (why: string): void => {
    isLost = true;
    const text = `Pod ${to.namespace}/${to.pod} does not answer${why === '' ? '' : `: ${why.trim()}`}; the page tries again`;
    if (text !== said) say(text);
    said = text;
  };
  const server = await startLocalServer({
    port: port ?? USUAL_PORT,
    mayDiffer: port === undefined,
    tunnels,
    target,
    onTrouble,
  });
  try {
    const hash = name === undefined ? '' : `#/${session.namespace}/${name}`;
    const url = `http://localhost:${server.port}/${hash}`;
    terminal.out(`${url}\n`);
    say(`Forwarding to pod ${to.namespace}/${to.pod}, until Ctrl-C`);
    if (!noOpen && terminal.width !== undefined) openBrowser(url, env);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  } finally {
    server.close();
    await tunnels.close();
  }
  return EXIT.ok;
};
