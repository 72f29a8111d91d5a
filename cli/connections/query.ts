import type { Request } from '../arguments/request.ts';

export type ConnectionsRequest = Extract<Request, { readonly command: 'connections' }>;

/** The page of a proxy that lists its connections. */
export const pageOf = ({
  listeners,
  backends,
  endpoints,
  clients,
  olderThan,
  sort,
  limit,
}: ConnectionsRequest): string => {
  const query = new URLSearchParams({ sort, limit: `${limit}` });
  if (olderThan !== undefined) query.set('older-than', olderThan);
  for (const [name, values] of Object.entries({
    listener: listeners,
    backend: backends,
    endpoint: endpoints,
  }))
    for (const value of values) query.append(name, value);
  for (const client of clients) query.append('client', client);
  return `connections?${query}`;
};

/** Whether only some connections are asked for. */
export const isFiltered = ({
  listeners,
  backends,
  endpoints,
  clients,
  olderThan,
}: ConnectionsRequest): boolean =>
  olderThan !== undefined || [listeners, backends, endpoints, clients].some((one) => one.length > 0);
