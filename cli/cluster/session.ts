import { openTransport } from '../../kube/connect.ts';
import type { Credentials } from '../../kube/credentials.ts';
import { findCredentials } from '../../kube/find-credentials.ts';
import type { Environment } from '../../kube/in-cluster.ts';
import type { Transport } from '../../kube/transport.ts';
import { VERSION } from '../../program/version.ts';
import { explain } from '../errors/explain.ts';

/** Where to look, as the arguments say it. */
export interface Target {
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/** A connection to a cluster, and the namespace that is looked at. */
export interface Session {
  readonly transport: Transport;
  /** For what is no call: port-forwards. */
  readonly credentials: Credentials;
  readonly namespace: string;
  /** Address of the API server. */
  readonly server: string;
}

const now = (): number => performance.now();

/** Calls `use` with a session, and closes it afterwards. Throws CliError if there is no way to log in. */
export const withSession = async <T>(
  target: Target,
  env: Environment,
  use: (session: Session) => Promise<T>,
): Promise<T> => {
  const credentials = await findCredentials(target, env, now).catch((error: unknown) => {
    throw explain(error, 'log in');
  });
  const transport = openTransport(credentials, `kubectl-l4b/${VERSION}`, now);
  try {
    return await use({
      transport,
      credentials,
      namespace: target.namespace ?? credentials.namespace ?? 'default',
      server: credentials.server,
    });
  } finally {
    await transport.close();
  }
};
