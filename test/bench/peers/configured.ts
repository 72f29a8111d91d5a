import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../cluster/free-port.ts';
import type { RunningPeer } from '../peer.ts';
import type { Place } from '../place.ts';
import { startServer } from '../server-process.ts';
import { type Endpoint, fillTemplate } from '../template.ts';

export interface Configured {
  /** Name of its log. */
  readonly name: string;
  /** File beside this one. */
  readonly template: string;
  readonly command: (config: string, folder: string) => readonly [string, ...string[]];
}

/** Starts a peer whose configuration is a template of this folder, in a folder of its own. */
export const startConfigured = async (
  { name, template, command }: Configured,
  place: Place,
  endpoints: readonly Endpoint[],
): Promise<RunningPeer> => {
  const port = await freePort();
  const configuration = fillTemplate(
    readFileSync(new URL(template, import.meta.url), 'utf8'),
    {
      PORT: port,
      CORES: place.cores,
      FILE_LIMIT: place.fileLimit,
      LOAD_STREAM: place.tools.loadStream,
    },
    endpoints,
  );
  const folder = mkdtempSync(join(place.leash.folder, `${name}-`));
  const config = join(folder, template);
  writeFileSync(config, configuration);
  const server = await startServer(place.leash, name, command(config, folder), port, place.signal);
  return { port, pid: server.pid, configuration, check: server.check, stop: server.stop };
};
