import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Pages } from '../../program/page-server.ts';
import type { OpenFleet, OpenFleetOptions } from './open-fleet.ts';

/** The pages that show all balancers, by path. */
const PATHS = ['/', '/events', '/endpoints'] as const;

/**
 * What serves the page of all balancers, loaded when somebody asks for it first: until then it costs nothing,
 * and while nobody looks it does nothing.
 */
export const lateFleet = (options: () => Promise<OpenFleetOptions>): OpenFleet => {
  let opening: Promise<OpenFleet> | undefined;
  let opened: OpenFleet | undefined;
  const open = async (): Promise<OpenFleet> => {
    const [{ openFleet }, given] = await Promise.all([import('./open-fleet.ts'), options()]);
    opened = openFleet(given);
    return opened;
  };
  const pagesOf = (which: 'local' | 'forTokens'): Pages => {
    const page =
      (path: string) =>
      async (query: URLSearchParams, headers: IncomingHttpHeaders): Promise<Answer> => {
        opening ??= open();
        const handler = (await opening)[which][path];
        if (handler === undefined) throw new Error(`no page at ${path}`);
        return handler(query, headers);
      };
    return Object.fromEntries(PATHS.map((path) => [path, page(path)]));
  };
  return {
    local: pagesOf('local'),
    forTokens: pagesOf('forTokens'),
    isWatched: () => opened?.isWatched() === true,
    close: () => opened?.close(),
  };
};
