import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Credentials, Login } from './credentials.ts';
import { CredentialsError } from './errors.ts';
import { plainKubeconfig } from './plain-kubeconfig.ts';

/** How often files are read again, since certificates and tokens in them rotate. */
const REREAD_MS = 60_000;
/** An exec plugin may wait for a person to log in, but not forever. */
const LOGIN_TIMEOUT_MS = 60_000;

type Client = new () => KubeConfig;

/** A kubeconfig as far as a login needs it. */
interface Opened extends Pick<Credentials, 'server' | 'proxyUrl' | 'namespace'> {
  logIn(): Login | Promise<Login>;
}

/**
 * Credentials from one kubeconfig file, or from several merged ones (as KUBECONFIG allows): certificates,
 * tokens, exec plugins, OIDC. Rejects with a CredentialsError if a file is missing or invalid, or the context
 * does not exist.
 */
export async function fromKubeconfig(
  files: readonly string[],
  context: string | undefined,
  now: () => number,
): Promise<Credentials> {
  // They are read again, when the working directory may have been replaced.
  const paths = files.map((file) => resolve(file));
  const first = await open(paths, context);
  let opened: Promise<Opened> | undefined = Promise.resolve(first);
  let login: Promise<Login> | undefined;
  let readAt = 0;

  return {
    server: first.server,
    ...(first.proxyUrl === undefined ? {} : { proxyUrl: first.proxyUrl }),
    ...(first.namespace === undefined ? {} : { namespace: first.namespace }),
    current() {
      if (login !== undefined && now() - readAt < REREAD_MS) return login;
      readAt = now();
      opened ??= open(paths, context);
      const attempt = logIn(opened, paths.join(':'));
      login = attempt;
      attempt.catch(() => {
        if (login === attempt) login = undefined; // the caller gets the error; the next one logs in again
      });
      return attempt;
    },
    forget() {
      login = undefined;
      opened = undefined;
    },
  };
}

async function open(paths: readonly string[], context: string | undefined): Promise<Opened> {
  const [only = '', ...others] = paths;
  const plain = others.length === 0 ? plainKubeconfig(only, context) : undefined;
  return plain ?? (await openAny(paths, context));
}

/** By client-node, which understands every kubeconfig. */
async function openAny(paths: readonly string[], context: string | undefined): Promise<Opened> {
  // Loaded only if needed: it uses 60 MB and half a second. Its index would load even more.
  const { KubeConfig: Client } = await import('@kubernetes/client-node/dist/config.js');
  const config = load(Client, paths, context);
  const cluster = clusterOf(config, paths.join(':'));
  return {
    server: cluster.server,
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    ...namespaceOf(config),
    async logIn() {
      const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
      await config.applyToHTTPSOptions(options);
      return toLogin(options as RawLogin);
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
  // client-node refuses plain HTTP unless verification of certificates is off, although there are none.
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CredentialsError(
      'KubeconfigUnreadable',
      `Cannot read the kubeconfig ${path}: ${isMissing ? 'there is no such file' : String(cause)} — specify an existing file with --kubeconfig or KUBECONFIG`,
      cause,
    );
  }
}

/**
 * client-node does not support `tokenFile` of a user, only an auth provider with that name, which reads the
 * file every minute.
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

function namespaceOf(config: KubeConfig): Pick<Credentials, 'namespace'> {
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return namespace ? { namespace } : {};
}

function clusterOf(config: KubeConfig, path: string) {
  const name = config.getCurrentContext();
  if (!name) throw invalid(path, 'it has no current-context; set one, or specify one with --context');
  const known = config.getContexts().map((each) => each.name);
  if (!known.includes(name)) {
    throw invalid(path, `it has no context "${name}"; it has: ${known.join(', ') || 'none'}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) throw invalid(path, `its context "${name}" refers to a cluster that it does not have`);
  if (config.getCurrentUser() === null) {
    throw invalid(path, `its context "${name}" refers to a user that it does not have`);
  }
  if (!/^https?:$/.test(URL.parse(cluster.server)?.protocol ?? '')) {
    throw invalid(path, `its server "${cluster.server}" is not an http or https URL`);
  }
  if (cluster.proxyUrl?.startsWith('socks')) {
    throw invalid(path, 'its proxy-url is a SOCKS proxy, which is not supported; use an HTTP proxy');
  }
  return cluster;
}

async function logIn(opening: Promise<Opened>, path: string): Promise<Login> {
  const opened = await opening;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${LOGIN_TIMEOUT_MS / 1000} s`)),
      LOGIN_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([opened.logIn(), late]);
  } catch (cause) {
    throw new CredentialsError(
      'LoginFailed',
      `Cannot log in with the kubeconfig ${path}: ${String(cause)} — try the same with kubectl for details`,
      cause,
    );
  } finally {
    clearTimeout(timer);
  }
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
