import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../tooling/process/find-program.ts';

/** A program or file that a cluster of our own needs, and the Debian package that provides it. */
interface Need {
  readonly name: string;
  readonly package: string;
  readonly found: () => boolean;
}

const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const CNI_PLUGINS = ['bridge', 'host-local', 'loopback'];

const program = (name: string, from: string): Need => ({
  name,
  package: from,
  found: () => findProgram(name) !== undefined,
});

const NEEDS: readonly Need[] = [
  program('containerd', 'containerd'),
  program('ctr', 'containerd'),
  program('runc', 'runc'),
  { name: 'CNI plugins', package: 'containernetworking-plugins', found: () => cniFolder() !== undefined },
  // buildah builds the images that the cluster runs; the builds use setcap and strip.
  program('buildah', 'buildah'),
  program('setcap', 'libcap2-bin'),
  program('strip', 'binutils'),
  program('ip', 'iproute2'),
  program('nft', 'nftables'),
  program('sysctl', 'procps'),
  program('nsenter', 'util-linux'),
  program('unshare', 'util-linux'),
  program('mount', 'mount'),
];

/** The folder that has the CNI plugins used here. */
export function cniFolder(): string | undefined {
  return CNI_FOLDERS.find((folder) => CNI_PLUGINS.every((plugin) => existsSync(join(folder, plugin))));
}

/** Names of what is missing, with their packages. */
export function missingNeeds(): { readonly names: string[]; readonly packages: string[] } {
  const missing = NEEDS.filter((need) => !need.found());
  return {
    names: missing.map((need) => need.name),
    packages: [...new Set(missing.map((need) => need.package))],
  };
}

/** Why a cluster of our own cannot run here, whatever is installed; undefined if it can. */
export function whyImpossible(): string | undefined {
  if (process.platform !== 'linux') {
    return `a cluster of real binaries needs Linux, and this is ${process.platform}: start docker to use kind instead`;
  }
  if (process.getuid?.() !== 0) {
    return 'a cluster of real binaries needs root to create network namespaces: use sudo, or start docker to use kind instead';
  }
  const folder = realpathSync(tmpdir());
  const hidden = ['/run', '/var/lib', '/var/log'].find((each) => `${folder}/`.startsWith(`${each}/`));
  if (hidden)
    return `the folder for temporary files, ${folder}, is in ${hidden}, which nodes mount over: set TMPDIR to another folder`;
  // Socket paths are limited to 108 bytes.
  if (folder.length > 60)
    return `the path of the folder for temporary files, ${folder}, is longer than 60 bytes: set TMPDIR to a shorter one`;
  return undefined;
}
