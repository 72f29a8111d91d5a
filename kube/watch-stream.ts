import { ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { type ListRequest, selectors } from './page-list.ts';
import { stripManagedFields } from './strip.ts';

export interface WatchRequest<T extends KubeObject = KubeObject> extends ListRequest<T> {
  readonly resourceVersion: string;
  /** Duration of the watch requested from the server, in seconds. */
  readonly serverSeconds: number;
  /** Milliseconds without data after which the watch is closed. */
  readonly silenceMs: number;
  readonly onOpen: () => void;
}

/** A line of a watch. `resourceVersion` is where a later watch continues from. */
export type WatchEvent<T> =
  | { readonly type: 'Put'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'Deleted'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'Bookmark'; readonly resourceVersion: string };

/** A line is not an event, so the stream cannot be trusted any more. */
export class WatchBrokenError extends Error {
  override readonly name = 'WatchBrokenError';
  readonly code = 'WatchBroken';
}

/**
 * Events after `resourceVersion`, until the server ends the watch or `signal` aborts. Throws ApiError for an
 * ERROR event as for a refusal, TransportError if the connection is lost or silent, and WatchBrokenError for
 * malformed data.
 */
export async function* watchEvents<T extends KubeObject>(
  request: WatchRequest<T>,
): AsyncGenerator<WatchEvent<T>> {
  const lines = request.transport.lines({
    method: 'GET',
    path: request.path,
    query: {
      ...selectors(request),
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: request.resourceVersion,
      timeoutSeconds: String(request.serverSeconds),
    },
    timeoutMs: request.silenceMs,
    onOpen: request.onOpen,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  for await (const line of lines) yield parseEvent<T>(line, request);
}

interface Raw {
  readonly type?: string;
  readonly object?: KubeObject & { readonly code?: number };
}

function parseEvent<T extends KubeObject>(
  line: string,
  { path, trim = (object) => object }: WatchRequest<T>,
): WatchEvent<T> {
  const { type, object } = parseLine(line, path);
  if (type === 'ERROR') {
    const httpStatus = object?.code ?? 500;
    throw new ApiError({ method: 'WATCH', path, httpStatus, body: JSON.stringify(object ?? {}) });
  }
  const resourceVersion = object?.metadata?.resourceVersion;
  if (object === undefined || !resourceVersion)
    throw broken(path, 'an event without a resourceVersion', line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'Put', object: stripManagedFields(trim(object as T)), resourceVersion };
    case 'DELETED':
      return { type: 'Deleted', object: stripManagedFields(trim(object as T)), resourceVersion };
    case 'BOOKMARK':
      return { type: 'Bookmark', resourceVersion };
    default:
      throw broken(path, 'an event of an unknown type', line);
  }
}

function parseLine(line: string, path: string): Raw {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch (cause) {
    throw broken(path, 'a line that is not JSON', line, cause);
  }
  throw broken(path, 'a line that is not an event', line);
}

function broken(path: string, found: string, line: string, cause?: unknown): WatchBrokenError {
  const start = JSON.stringify(line.slice(0, 80));
  return new WatchBrokenError(`WATCH ${path}: ${found}: ${start} — listing again`, { cause });
}
