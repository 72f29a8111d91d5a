import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where everything is kept that is made once: binaries, images. Removing it costs time, nothing else. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'l4balancer');
