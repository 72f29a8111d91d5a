import { readFileSync } from 'node:fs';
import { formatFinding } from '../crds/format-finding.ts';
import type { L4BalancerSpec } from '../crds/l4balancer.ts';
import { type ParsedManifest, parseManifest } from '../crds/parse-manifest.ts';
import type { ListenAddress } from '../program/listen-address.ts';
import { type FileContent, readManifestFile } from '../program/read-file.ts';
import { bindingOf, bindingText } from './configuration/binding.ts';
import { configurationOf } from './configuration/from-l4balancer.ts';
import { EXIT } from './errors/proxy-error.ts';
import { ownPortFindings } from './source/own-ports.ts';
import { portInManifest } from './source/standalone.ts';

/** Validates manifests for `--check`, writes the findings and returns the exit code. `-` reads stdin. */
export const checkManifests = (
  files: readonly string[],
  admin: ListenAddress,
  out: { write(text: string): unknown },
): number => {
  let problems = 0;
  for (const file of files) {
    const content = file === '-' ? readStdin() : readManifestFile(file);
    if (!content.ok) {
      out.write(`${content.problem}\n`);
      problems += 1;
      continue;
    }
    const { balancer, findings } = checkManifest(content.text, admin);
    for (const finding of findings) out.write(`${formatFinding(file, finding)}\n`);
    problems += findings.length;
    if (balancer !== undefined && findings.length === 0)
      out.write(summary(file, balancer.metadata.name, balancer.spec));
  }
  if (problems === 0) return EXIT.ok;
  out.write(`${problems} ${problems === 1 ? 'problem' : 'problems'}\n`);
  return EXIT.failed;
};

/**
 * Applies the rules for a proxy outside a cluster, unless a backend names a Service: then those for a cluster
 * apply.
 */
const checkManifest = (text: string, admin: ListenAddress): Pick<ParsedManifest, 'balancer' | 'findings'> => {
  const { balancer, findings, lineOf } = parseManifest(text, 'Standalone');
  if (balancer === undefined) return { balancer, findings };
  if (balancer.spec.backends.some(({ service }) => service !== undefined)) return parseManifest(text);
  const { listeners } = configurationOf(balancer.spec);
  return { balancer, findings: ownPortFindings(listeners, admin, portInManifest(lineOf)) };
};

const readStdin = (): FileContent => ({ ok: true, text: readFileSync(0, 'utf8') });

/** A summary of what would be served, with one line for each listener. */
const summary = (file: string, name: string, spec: L4BalancerSpec): string =>
  [
    `${file === '-' ? 'stdin' : file}: OK, L4Balancer "${name}" serves`,
    ...spec.listeners.map((listener) => {
      const backend = spec.backends.find((one) => one.name === listener.backend);
      return `  ${listener.protocol} ${listener.address === undefined ? listener.port : bindingText(bindingOf(listener))} (${listener.name}) → ${listener.backend}: ${describe(backend)}`;
    }),
    '',
  ].join('\n');

const describe = (backend: L4BalancerSpec['backends'][number] | undefined): string => {
  if (backend === undefined) return 'nothing';
  const { service, endpoints = [], algorithm, healthCheck } = backend;
  const where =
    service === undefined
      ? `${endpoints.length} ${endpoints.length === 1 ? 'endpoint' : 'endpoints'}`
      : `Service ${service.name} port ${service.port} (only in Kubernetes)`;
  const check =
    healthCheck === undefined ? 'no health check' : `${healthCheck.type} check every ${healthCheck.interval}`;
  return `${where}, ${algorithm}, ${check}`;
};
