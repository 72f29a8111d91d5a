import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KubeconfigParts {
  readonly cluster?: object;
  readonly user?: object;
  readonly currentContext?: string;
}

/** A folder for the kubeconfigs of a test file; `remove` deletes it. */
export function kubeconfigFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-kubeconfig-'));
  let files = 0;
  const write = (text: string, name = `file-${++files}`) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };
  return {
    folder,
    /** Writes a file there and returns its path. */
    write,
    /** Writes a kubeconfig with one cluster, user and context, all named `test`. */
    kubeconfig({ cluster = {}, user = {}, currentContext = 'test' }: KubeconfigParts): string {
      return write(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          clusters: [{ name: 'test', cluster }],
          users: [{ name: 'test', user }],
          contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
          'current-context': currentContext,
        }),
      );
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
