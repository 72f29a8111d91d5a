import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { formatFinding } from '../../crds/format-finding.ts';
import { parseManifest } from '../../crds/parse-manifest.ts';
import type { Manifest } from '../../kube/apply.ts';
import { readManifestFile } from '../../program/read-file.ts';
import type { ImageSettings } from '../desired/pod/render-settings.ts';
import { EXIT } from '../errors/operator-error.ts';
import { OLDEST_SUPPORTED, versionText } from '../objects/kubernetes-version.ts';
import type { Output } from './output.ts';
import { renderedOf } from './rendered.ts';

export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
}

/**
 * Prints what the operator would apply for the L4Balancers in the files (`-` is stdin), without a cluster,
 * and returns the exit code. Nothing is written to `out` if anything is wrong.
 */
export const renderFiles = (
  files: readonly string[],
  output: Output,
  images: ImageSettings,
  { out, err }: Streams,
): number => {
  const manifests: Manifest[] = [];
  let problems = 0;
  for (const file of files) {
    const content =
      file === '-' ? { ok: true as const, text: readFileSync(0, 'utf8') } : readManifestFile(file);
    if (!content.ok) {
      err.write(`${content.problem}\n`);
      problems += 1;
      continue;
    }
    const { balancer, findings } = parseManifest(content.text);
    for (const finding of findings) err.write(`${formatFinding(file, finding)}\n`);
    problems += findings.length;
    if (balancer !== undefined) manifests.push(...renderedOf(balancer, images));
  }
  if (problems > 0) {
    err.write(`${problems} ${problems === 1 ? 'problem' : 'problems'}\n`);
    return EXIT.badInput;
  }
  out.write(format(manifests, output));
  return EXIT.ok;
};

/** The version decides which sysctls are safe, and so who sets them. */
const ASSUMED = `# For kubelets of Kubernetes ${versionText(OLDEST_SUPPORTED)}, the oldest supported version; if all are newer, more sysctls may be safe.\n`;

const format = (manifests: readonly Manifest[], output: Output): string => {
  switch (output) {
    case 'yaml':
      return `${ASSUMED}${manifests.map((one) => `---\n${stringify(one, { lineWidth: 0 })}`).join('')}`;
    case 'json':
      return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }, null, 2)}\n`;
    default:
      return output satisfies never;
  }
};
