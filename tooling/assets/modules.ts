import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ETCD_VERSION, KUBERNETES_VERSION } from './catalogue.ts';
import { runGo } from './go.ts';

const ETCD_MAIN = `// Package main is etcd's own main, whose module cannot be built from outside.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
`;

/** Writes a module into `folder` in which etcd, the program, is the package "." */
export async function writeEtcdModule(go: string, folder: string, signal?: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'main.go'), ETCD_MAIN);
  const mod = `module etcd\n\ngo 1.23\n\nrequire go.etcd.io/etcd/server/v3 ${ETCD_VERSION}\n`;
  await writeFile(join(folder, 'go.mod'), mod);
  await runGo(go, ['mod', 'tidy'], folder, signal ? { signal } : {});
}

/**
 * Writes a module into `folder` in which the commands of k8s.io/kubernetes can be built. That module requires
 * its staging modules (k8s.io/api and others) at v0.0.0, which exists only inside its repository; they are
 * published as v0.X.Y for Kubernetes v1.X.Y.
 */
export async function writeKubernetesModule(go: string, folder: string, signal?: AbortSignal): Promise<void> {
  const more = signal ? { signal } : {};
  await mkdir(folder, { recursive: true });
  const module = `k8s.io/kubernetes@${KUBERNETES_VERSION}`;
  const answer: { GoMod: string } = JSON.parse(
    await runGo(go, ['mod', 'download', '-json', module], folder, more),
  );
  const upstream = await readFile(answer.GoMod, 'utf8');
  await writeFile(join(folder, 'go.mod'), kubernetesModule(upstream));
  await runGo(go, ['get', module], folder, more);
}

/** Our go.mod, derived from that of Kubernetes. */
export function kubernetesModule(upstream: string): string {
  const goLine = /^go \S+$/m.exec(upstream)?.[0] ?? 'go 1.24.0';
  const parts = upstream.matchAll(/^\s+(k8s\.io\/[a-z0-9-]+) v0\.0\.0$/gm);
  const names = [...new Set([...parts].map((match) => match[1]))].sort();
  const version = KUBERNETES_VERSION.replace(/^v1\./, 'v0.');
  const replaces = names.map((name) => `replace ${name} => ${name} ${version}\n`);
  return `module kubernetes-programs\n\n${goLine}\n\nrequire k8s.io/kubernetes ${KUBERNETES_VERSION}\n\n${replaces.join('')}`;
}
