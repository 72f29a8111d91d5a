import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../tooling/process/find-program.ts';

export type ToolName = 'wrk' | 'nginx' | 'nginx stream' | 'haproxy' | 'iperf3';

export interface Tool {
  readonly path: string;
  readonly version: string;
}

/** What was found here; what was not is left out. */
export interface Tools {
  readonly found: Readonly<Partial<Record<ToolName, Tool>>>;
  /** Line of an nginx configuration that loads the stream module; empty where it is built in. */
  readonly loadStream: string;
}

/** Debian's package of each tool; other distributions name them alike. */
export const PACKAGES: Readonly<Record<ToolName, string>> = {
  wrk: 'wrk',
  nginx: 'nginx',
  'nginx stream': 'libnginx-mod-stream',
  haproxy: 'haproxy',
  iperf3: 'iperf3',
};

/** The tool, or an error that says what to install. */
export const tool = (tools: Tools, name: ToolName): Tool => {
  const found = tools.found[name];
  if (!found) throw new Error(missingTool(name));
  return found;
};

export const missingTool = (name: ToolName): string =>
  `${name} is not installed; on Debian and Ubuntu: apt-get install ${PACKAGES[name]}`;

/** First number with dots in what a program says of itself. */
export const versionIn = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown version';

// wrk says its version only beside an error, nginx on standard error.
const ask = (path: string, flag: string): string => {
  const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8', timeout: 10_000 });
  return `${stdout}${stderr}`;
};

/** How nginx comes to its stream module, from what `nginx -V` says; undefined where it has none. */
export const streamModule = (
  said: string,
  exists: (path: string) => boolean,
): { readonly load: string } | undefined => {
  if (/--with-stream(\s|$)/.test(said)) return { load: '' };
  const folder = /--modules-path=(\S+)/.exec(said)?.[1];
  if (folder === undefined) return undefined;
  const path = join(folder, 'ngx_stream_module.so');
  return exists(path) ? { load: `load_module ${path};` } : undefined;
};

/** Looks for every tool on the PATH. */
export const findTools = (): Tools => {
  const found: Partial<Record<ToolName, Tool>> = {};
  let loadStream = '';
  const look = (name: 'wrk' | 'nginx' | 'haproxy' | 'iperf3', flag: string): string => {
    const path = findProgram(name);
    if (path === undefined) return '';
    const said = ask(path, flag);
    found[name] = { path, version: versionIn(said) };
    return said;
  };
  look('wrk', '-v');
  look('haproxy', '-v');
  look('iperf3', '--version');
  const stream = streamModule(look('nginx', '-V'), existsSync);
  if (stream && found.nginx) {
    found['nginx stream'] = found.nginx;
    loadStream = stream.load;
  }
  return { found, loadStream };
};
