import type { Transport } from '../../kube/transport.ts';
import { type Entry, entryOf } from './entry.ts';

/** The end of each log that is read at first. */
const FIRST_LINES = '10000';
const FIRST_BYTES = String(16 * 1024 * 1024);
const FIRST_TIMEOUT_MS = 30_000;
/** A log may be silent for long; then it is opened again. */
const SILENCE_MS = 3_600_000;

/** The container of the proxy, as in the pods that the operator makes. */
const CONTAINER = 'proxy';

const pathOf = (namespace: string, pod: string): string => `/api/v1/namespaces/${namespace}/pods/${pod}/log`;

/** The entries at the end of a proxy's log. Throws the errors of Transport.lines. */
export const lastEntries = async (
  transport: Transport,
  namespace: string,
  pod: string,
): Promise<readonly Entry[]> => {
  const query = { container: CONTAINER, tailLines: FIRST_LINES, limitBytes: FIRST_BYTES };
  const call = { method: 'GET', path: pathOf(namespace, pod), query, timeoutMs: FIRST_TIMEOUT_MS } as const;
  const entries: Entry[] = [];
  for await (const line of transport.lines(call)) {
    const entry = entryOf(line, pod);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
};

/**
 * Entries as they are written, from the second of `since` on, which is all that the API can name: some may
 * have been read before. Ends when the container does. Throws the errors of Transport.lines.
 */
export async function* newEntries(
  transport: Transport,
  namespace: string,
  pod: string,
  since: string,
): AsyncIterable<Entry> {
  const query = { container: CONTAINER, follow: 'true', sinceTime: since };
  const call = { method: 'GET', path: pathOf(namespace, pod), query, timeoutMs: SILENCE_MS } as const;
  for await (const line of transport.lines(call)) {
    const entry = entryOf(line, pod);
    if (entry !== undefined) yield entry;
  }
}
