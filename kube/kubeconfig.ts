import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Credentials, Login } from './credentials.ts';
import { CredentialsError } from './errors.ts';

/** Files are looked at again this often: certificates and tokens in them rotate. */
const REREAD_MS = 60_000;
/** An exec plugin may ask a person to log in, but not for ever. */
const LOGIN_TIMEOUT_MS = 60_000;

type Client = new () => KubeConfig;

/**
 * One kubeconfig file or several that are read as one (as KUBECONFIG can say), by way of client-node:
 * certificates, tokens, exec plugins, OIDC. Rejects with a CredentialsError when a file is missing or broken,
 * or there is no such context.
 */
export async function fromKubeconfig(
  paths: readonly string[],
  context: string | undefined,
  now: () => number,
): Promise<Credentials> {
  // Loaded only when a kubeconfig is used: client-node takes 60 MB that a pod can do without. Its index has
  // more yet.
  const { KubeConfig: Client } = await import('@kubernetes/client-node/dist/config.js');
  const path = paths.join(':');
  let config = load(Client, paths, context);
  const cluster = clusterOf(config, path);
  let login: Promise<Login> | undefined;
  let readAt = 0;

  return {
    server: cluster.server,
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    current() {
      if (login !== undefined && now() - readAt < REREAD_MS) return login;
      readAt = now();
      const asked = logIn(config, path);
      login = asked;
      asked.catch(() => {
        if (login === asked) login = undefined; // the caller has the error; the next one logs in anew
      });
      return asked;
    },
    forget() {
      login = undefined;
      config = load(Client, paths, context);
    },
  };
}

function load(Client: Client, paths: readonly string[], context: string | undefined): KubeConfig {
  const config = paths
    .map((path) => loadOne(Client, path))
    .reduce((all, next) => {
      all.mergeConfig(next, true);
      return all;
    });
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

function loadOne(Client: Client, path: string): KubeConfig {
  const text = readText(path);
  const config = new Client();
  try {
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(resolve(path)));
    useTokenFiles(config, text, dirname(resolve(path)));
  } catch (cause) {
    throw invalid(path, `it is not a kubeconfig: ${String(cause)}`, cause);
  }
  // client-node refuses plain HTTP unless certificates are not checked, of which plain HTTP has none.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CredentialsError(
      'KubeconfigUnreadable',
      `Cannot read the kubeconfig ${path}: ${String(cause)} — name an existing file with --kubeconfig or KUBECONFIG`,
      cause,
    );
  }
}

/**
 * client-node knows no `tokenFile` in a user, only an auth provider of that name, which reads it every
 * minute.
 */
function useTokenFiles(config: KubeConfig, text: string, folder: string): void {
  const raw = parse(text) as {
    users?: { name: string; user?: { tokenFile?: string; 'as-groups'?: unknown } }[];
  };
  for (const { name, user } of raw.users ?? []) {
    if (user?.['as-groups'] !== undefined)
      throw new Error(`user "${name}" has as-groups, which is not supported`);
    if (user?.tokenFile === undefined) continue;
    const known = config.getUser(name) as { authProvider?: unknown } | null;
    if (known !== null) {
      known.authProvider = { name: 'tokenFile', config: { tokenFile: resolve(folder, user.tokenFile) } };
    }
  }
}

function clusterOf(config: KubeConfig, path: string) {
  const name = config.getCurrentContext();
  if (!name) throw invalid(path, 'it has no current-context; set one, or name one with --context');
  const known = config.getContexts().map((each) => each.name);
  if (!known.includes(name)) {
    throw invalid(path, `it has no context "${name}"; it has: ${known.join(', ') || 'none'}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw invalid(path, `its context "${name}" names a cluster that it does not have`);
  if (config.getCurrentUser() === null) {
    throw invalid(path, `its context "${name}" names a user that it does not have`);
  }
  if (!/^https?:$/.test(URL.parse(cluster.server)?.protocol ?? '')) {
    throw invalid(path, `its server "${cluster.server}" is not a URL of http or https`);
  }
  if (cluster.proxyUrl?.startsWith('socks')) {
    throw invalid(path, 'its proxy-url is a SOCKS proxy, which is not supported; use an HTTP proxy');
  }
  return cluster;
}

async function logIn(config: KubeConfig, path: string): Promise<Login> {
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${LOGIN_TIMEOUT_MS / 1000} s`)),
      LOGIN_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([config.applyToHTTPSOptions(options), late]);
  } catch (cause) {
    throw new CredentialsError(
      'LoginFailed',
      `Cannot log in with the kubeconfig ${path}: ${String(cause)} — run the same with kubectl to see more`,
      cause,
    );
  } finally {
    clearTimeout(timer);
  }
  return toLogin(options as RawLogin);
}

interface RawLogin {
  readonly headers?: Record<string, unknown>;
  readonly auth?: string;
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

function toLogin(raw: RawLogin): Login {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.headers ?? {}))
    headers[name.toLowerCase()] = String(value).trim();
  if (raw.auth) headers.authorization = `Basic ${Buffer.from(raw.auth).toString('base64')}`;
  return {
    headers,
    tls: {
      ...(raw.ca === undefined ? {} : { ca: raw.ca.toString() }),
      ...(raw.cert === undefined ? {} : { cert: raw.cert.toString() }),
      ...(raw.key === undefined ? {} : { key: raw.key.toString() }),
      ...(raw.servername === undefined ? {} : { servername: raw.servername }),
      ...(raw.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: raw.rejectUnauthorized }),
    },
  };
}

function invalid(path: string, found: string, cause?: unknown): CredentialsError {
  return new CredentialsError('KubeconfigInvalid', `Cannot use the kubeconfig ${path}: ${found}`, cause);
}
