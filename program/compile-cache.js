import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Keeps compiled modules in the user's cache folder, so that a command that runs for a moment does not
 * compile them each time. Does nothing without a home folder, or where it cannot be written to.
 *
 * @param {{ readonly [name: string]: string | undefined }} env
 */
export const keepCompiled = ({ NODE_COMPILE_CACHE, XDG_CACHE_HOME, HOME }) => {
  // Not Node's default: a folder in /tmp, where another user may have put files before.
  const caches = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  if (NODE_COMPILE_CACHE || !caches) return;
  enableCompileCache(join(caches, 'kubectl-l4b'));
};
