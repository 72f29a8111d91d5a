import { ApiError } from './errors.ts';
import type { KubeObject } from './object.ts';
import { keyOf, stripManagedFields } from './strip.ts';
import type { Transport } from './transport.ts';

/** A page of ten thousand objects blocks the event loop for most of a second, one of 500 for about 20 ms. */
export const PAGE_SIZE = 500;
/**
 * How often a list is restarted: the server compacts its history every five minutes, which invalidates
 * continue tokens.
 */
const RESTARTS = 3;

export interface ListRequest<T extends KubeObject = KubeObject> {
  readonly transport: Transport;
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Reduces each object when it arrives, before its managedFields are dropped. */
  readonly trim?: ((object: T) => T) | undefined;
}

export interface Listed<T> {
  /** Keyed by `namespace/name`; every object has apiVersion and kind, but no managedFields. */
  readonly objects: Map<string, T>;
  /** Where a watch continues from. */
  readonly resourceVersion: string;
}

interface Page<T> {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

/**
 * A consistent list of the whole collection, read in pages; `onPage` is called for each. Throws the errors of
 * `request`.
 */
export async function listAll<T extends KubeObject>(
  request: ListRequest<T>,
  onPage: () => void = () => {},
  pageSize: number = PAGE_SIZE,
): Promise<Listed<T>> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await listOnce<T>(request, onPage, pageSize);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'Gone') || restarts === RESTARTS) throw error;
    }
  }
}

async function listOnce<T extends KubeObject>(
  request: ListRequest<T>,
  onPage: () => void,
  pageSize: number,
): Promise<Listed<T>> {
  const { trim = (object) => object } = request;
  const objects = new Map<string, T>();
  for (let token: string | undefined; ; ) {
    const page = (await request.transport.request({
      method: 'GET',
      path: request.path,
      query: {
        ...selectors(request),
        limit: String(pageSize),
        ...(token === undefined ? {} : { continue: token }),
      },
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
    })) as Page<T> | null;
    if (!isPage(page)) throw notAList(request.path, page);
    onPage();
    // Unlike those of a watch, the items of a list have no type of their own.
    const type = { apiVersion: page.apiVersion ?? '', kind: (page.kind ?? '').replace(/List$/, '') };
    for (const item of page.items ?? [])
      objects.set(keyOf(item), stripManagedFields(trim({ ...type, ...item })));
    token = page.metadata.continue || undefined;
    if (token === undefined) return { objects, resourceVersion: page.metadata.resourceVersion };
  }
}

/**
 * The answer to a LIST is not a list: something other than an API server answered, or the path is that of a
 * single object.
 */
export class NotAListError extends Error {
  override readonly name = 'NotAListError';
  readonly code = 'NotAList';
}

function isPage<T>(page: Page<T> | null): page is Page<T> & { metadata: { resourceVersion: string } } {
  return Array.isArray(page?.items ?? []) && Boolean(page?.metadata?.resourceVersion);
}

function notAList(path: string, found: unknown): NotAListError {
  const start = JSON.stringify(found).slice(0, 80);
  return new NotAListError(
    `GET ${path}: the answer is not a list: ${start} — check the address of the API server`,
  );
}

/** The selectors as query parameters. */
export function selectors(
  request: Pick<ListRequest, 'labelSelector' | 'fieldSelector'>,
): Record<string, string> {
  return {
    ...(request.labelSelector === undefined ? {} : { labelSelector: request.labelSelector }),
    ...(request.fieldSelector === undefined ? {} : { fieldSelector: request.fieldSelector }),
  };
}
