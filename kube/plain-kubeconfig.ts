import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Credentials, Login } from './credentials.ts';

/** A kubeconfig whose login needs no program, no second server and no refreshing. */
export interface PlainKubeconfig extends Pick<Credentials, 'server' | 'namespace'> {
  /** Reads the files that it names; throws Node's errors. */
  logIn(): Login;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is understood here; a kubeconfig with anything else is left to client-node. */
const OF_CLUSTER = ['server', 'certificate-authority', 'certificate-authority-data', 'tls-server-name'];
const OF_USER = ['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token'];

/**
 * Reads a kubeconfig that has nothing but certificates and a token, in files or inline: those of most
 * clusters. Undefined for any other, and for one that is not valid: client-node understands it, or says what
 * is wrong. It takes half a second to load, which is more than all else that a command does.
 */
export function plainKubeconfig(path: string, context: string | undefined): PlainKubeconfig | undefined {
  const config = parsed(path);
  if (config === undefined) return undefined;
  const name = context ?? config['current-context'];
  const { cluster: clusterName, user: userName, namespace } = entry(config.contexts, name, 'context') ?? {};
  const cluster = entry(config.clusters, clusterName, 'cluster');
  const user = entry(config.users, userName, 'user');
  if (cluster === undefined || user === undefined) return undefined;
  if (!hasOnlyTexts(cluster, OF_CLUSTER) || !hasOnlyTexts(user, OF_USER)) return undefined;
  if (namespace !== undefined && typeof namespace !== 'string') return undefined;
  const server = text(cluster.server).replace(/\/+$/, '');
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '')) return undefined;
  const folder = dirname(resolve(path));
  // Both a file and its content: which of them counts is not decided here.
  const isTwice = (of: Fields, field: string): boolean =>
    of[field] !== undefined && of[`${field}-data`] !== undefined;
  if (
    isTwice(cluster, 'certificate-authority') ||
    isTwice(user, 'client-certificate') ||
    isTwice(user, 'client-key')
  )
    return undefined;
  const pem = (of: Fields, field: string): string | undefined => {
    const data = text(of[`${field}-data`]);
    if (data !== '') return Buffer.from(data, 'base64').toString();
    const file = text(of[field]);
    return file === '' ? undefined : readFileSync(resolve(folder, file), 'utf8');
  };
  return {
    server,
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    logIn() {
      const token = text(user.token).trim();
      const servername = text(cluster['tls-server-name']);
      return {
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        tls: defined({
          ca: pem(cluster, 'certificate-authority'),
          cert: pem(user, 'client-certificate'),
          key: pem(user, 'client-key'),
          servername: servername === '' ? undefined : servername,
        }),
      };
    },
  };
}

function parsed(path: string): Fields | undefined {
  try {
    const value: unknown = parse(readFileSync(path, 'utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined; // client-node reads it again, and its error says what is wrong
  }
}

/** The content of the only entry with this name. */
function entry(list: unknown, name: unknown, kind: string): Fields | undefined {
  if (!Array.isArray(list) || typeof name !== 'string') return undefined;
  const named = list.filter((one) => isFields(one) && one.name === name);
  const content: unknown = named.length === 1 ? named[0][kind] : undefined;
  return isFields(content) ? content : undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnlyTexts = (of: Fields, known: readonly string[]): boolean =>
  Object.entries(of).every(([field, value]) => known.includes(field) && typeof value === 'string');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const defined = (fields: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
