import { jsonPage, type Page, textPage } from '../../program/page-server.ts';
import type { Connections } from '../../report/connections.ts';
import { REPORT_VERSION } from '../../report/version.ts';
import type { Engine } from '../engine/engine.ts';
import { readConnectionQuery } from './connections-query.ts';

/** The page: connections that are open now. */
export const connectionsPage = async (
  engine: Pick<Engine, 'connections'>,
  version: string,
  query: URLSearchParams,
): Promise<Page> => {
  const asked = readConnectionQuery(query);
  if (typeof asked === 'string') return textPage(400, `Cannot list connections: ${asked}.`);
  const listed = await engine.connections(asked);
  if (listed === undefined)
    return textPage(503, 'Cannot list connections: too many ask for them at this moment; ask again.');
  const answer: Connections = {
    reportVersion: REPORT_VERSION,
    version,
    matched: listed.matched,
    connections: listed.connections.map((one) => ({
      ...one,
      ageMs: Math.round(one.ageMs),
      idleMs: Math.round(one.idleMs),
    })),
  };
  return jsonPage(answer);
};
