import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const KUBERNETES_VERSION = 'v1.34.4';

/** The folder that has every one of `names`: KUBEBUILDER_ASSETS, else the cache. */
export async function assetFolder(names: readonly string[], _o: object = {}): Promise<string> {
  const given = process.env.KUBEBUILDER_ASSETS;
  const cache = join(
    process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
    'l4balancer',
    'k8s',
    KUBERNETES_VERSION,
  );
  for (const folder of [given, cache]) {
    if (folder && names.every((name) => isExecutable(join(folder, name)))) return folder;
  }
  throw new Error(`no folder has ${names.join(', ')}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
