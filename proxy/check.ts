import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatFinding } from '../crds/format-finding.ts';
import type { L4BalancerSpec } from '../crds/l4balancer.ts';
import { type ParsedManifest, parseManifest } from '../crds/parse-manifest.ts';
import type { ListenAddress } from '../program/listen-address.ts';
import { type FileContent, readManifestFile } from '../program/read-file.ts';
import { bindingOf, bindingText } from './configuration/binding.ts';
import type { CertificateFile } from './configuration/configuration.ts';
import { configurationOf } from './configuration/from-l4balancer.ts';
import { EXIT } from './errors/proxy-error.ts';
import { checkCaFiles, checkCertificateFiles, checkRevocationFiles } from './source/check-certificates.ts';
import { checkListFiles, type FileFinding } from './source/check-lists.ts';
import { checkTicketKeysFiles } from './source/check-ticket-keys.ts';
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
    const all = [
      ...findings.map((finding) => ({ file, finding })),
      ...(balancer === undefined ? [] : checkNamedFiles(balancer.spec, dirname(file))),
    ];
    for (const { file, finding } of all) out.write(`${formatFinding(file, finding)}\n`);
    problems += all.length;
    if (balancer !== undefined && all.length === 0)
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

const checkNamedFiles = (spec: L4BalancerSpec, folder: string): readonly FileFinding[] => [
  ...checkListFiles(listFilesOf(spec), folder),
  ...checkCertificateFiles(certificateFilesOf(spec), folder),
  ...checkCertificateFiles(clientCertificateFilesOf(spec), folder, false),
  ...checkCaFiles(caFilesOf(spec), folder),
  ...checkRevocationFiles(revocationFilesOf(spec), folder),
  ...checkTicketKeysFiles(ticketKeysFilesOf(spec), folder),
];

/** The lists of sources in files; those in ConfigMaps are the cluster's. */
const listFilesOf = ({ listeners }: L4BalancerSpec): readonly string[] => [
  ...new Set(listeners.flatMap(({ sources }) => sources?.fromFiles ?? [])),
];

const certificateFilesOf = ({ listeners }: L4BalancerSpec): readonly CertificateFile[] =>
  listeners.flatMap(({ tls }) => tls?.certificateFiles ?? []);

const clientCertificateFilesOf = ({ backends }: L4BalancerSpec): readonly CertificateFile[] =>
  backends.flatMap(({ tls }) => tls?.clientCertificateFile ?? []);

const caFilesOf = ({ listeners, backends }: L4BalancerSpec): readonly string[] => [
  ...new Set([
    ...listeners.flatMap(({ tls }) => tls?.clientCertificates?.caFiles ?? []),
    ...backends.flatMap(({ tls }) => tls?.caFile ?? []),
  ]),
];

const revocationFilesOf = ({ listeners }: L4BalancerSpec): readonly string[] => [
  ...new Set(listeners.flatMap(({ tls }) => tls?.clientCertificates?.crlFiles ?? [])),
];

const ticketKeysFilesOf = ({ listeners }: L4BalancerSpec): readonly string[] => [
  ...new Set(listeners.flatMap(({ tls }) => tls?.ticketKeysFile ?? [])),
];

const readStdin = (): FileContent => ({ ok: true, text: readFileSync(0, 'utf8') });

/** A summary of what would be served, with one line for each listener. */
const summary = (file: string, name: string, spec: L4BalancerSpec): string =>
  [
    `${file === '-' ? 'stdin' : file}: OK, L4Balancer "${name}" serves`,
    ...spec.listeners.flatMap((listener) => {
      const { protocol, address, port, name: listenerName, backend, tls } = listener;
      const where = `${protocol} ${address === undefined ? port : bindingText(bindingOf(listener))}`;
      const to = (target: string): string =>
        `${target}: ${describe(spec.backends.find((one) => one.name === target))}`;
      return [
        ...(tls?.routes ?? []).map(
          (route) =>
            `  ${where} (${listenerName}) ${[...route.hostnames, ...(route.alpn ?? [])].join(', ')} → ${to(route.backend)}`,
        ),
        ...(backend === undefined ? [] : [`  ${where} (${listenerName}) → ${to(backend)}`]),
      ];
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
