import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../tooling/process/find-program.ts';

export type ToolName = 'wrk' | 'nginx' | 'nginx stream' | 'haproxy' | 'iperf3' | 'openssl';

export interface Tool {
  readonly path: string;
  readonly version: string;
}

/** The tools that were found on this machine. */
export interface Tools {
  readonly found: Readonly<Partial<Record<ToolName, Tool>>>;
  /** Line of an nginx configuration that loads the stream module; empty if it is built in. */
  readonly loadStream: string;
}

/** Debian's package of each tool; other distributions use similar names. */
export const PACKAGES: Readonly<Record<ToolName, string>> = {
  wrk: 'wrk',
  nginx: 'nginx',
  'nginx stream': 'libnginx-mod-stream',
  haproxy: 'haproxy',
  iperf3: 'iperf3',
  openssl: 'openssl',
};

/** Returns the tool; throws an error that says what to install. */
export const tool = (tools: Tools, name: ToolName): Tool => {
  const found = tools.found[name];
  if (!found) throw new Error(missingTool(name));
  return found;
};

export const missingTool = (name: ToolName): string =>
  `${name} is not installed; on Debian and Ubuntu: apt-get install ${PACKAGES[name]}`;

/** The first number with dots in the output of a program. */
export const versionIn = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown version';

// wrk prints its version only together with an error, and nginx on standard error.
const outputOf = (path: string, flag: string): string => {
  const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8', timeout: 10_000 });
  return `${stdout}${stderr}`;
};

/** How nginx loads its stream module, according to `nginx -V`; undefined if it has none. */
export const streamModule = (
  output: string,
  exists: (path: string) => boolean,
): { readonly load: string } | undefined => {
  if (/--with-stream(\s|$)/.test(output)) return { load: '' };
  const folder = /--modules-path=(\S+)/.exec(output)?.[1];
  if (folder === undefined) return undefined;
  const path = join(folder, 'ngx_stream_module.so');
  return exists(path) ? { load: `load_module ${path};` } : undefined;
};

/** Searches the PATH for every tool. */
export const findTools = (): Tools => {
  const found: Partial<Record<ToolName, Tool>> = {};
  let loadStream = '';
  const find = (name: 'wrk' | 'nginx' | 'haproxy' | 'iperf3' | 'openssl', flag: string): string => {
    const path = findProgram(name);
    if (path === undefined) return '';
    const output = outputOf(path, flag);
    found[name] = { path, version: versionIn(output) };
    return output;
  };
  find('wrk', '-v');
  find('haproxy', '-v');
  find('iperf3', '--version');
  find('openssl', 'version');
  const stream = streamModule(find('nginx', '-V'), existsSync);
  if (stream && found.nginx) {
    found['nginx stream'] = found.nginx;
    loadStream = stream.load;
  }
  return { found, loadStream };
};
