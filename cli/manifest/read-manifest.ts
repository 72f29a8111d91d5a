import { readFileSync } from 'node:fs';
import { formatFinding } from '../../crds/format-finding.ts';
import type { L4Balancer } from '../../crds/l4balancer.ts';
import { parseManifest } from '../../crds/parse-manifest.ts';
import { readManifestFile } from '../../program/read-file.ts';
import { CliError } from '../errors/exit.ts';

/** The L4Balancer in a manifest file; `-` is standard input. Throws CliError with every problem in it. */
export const readManifest = (file: string): L4Balancer => {
  const content =
    file === '-' ? { ok: true as const, text: readFileSync(0, 'utf8') } : readManifestFile(file);
  if (!content.ok) throw new CliError('BadInput', content.problem);
  const { balancer, findings } = parseManifest(content.text);
  if (balancer !== undefined) return balancer;
  throw new CliError(
    'BadInput',
    findings.map((finding) => formatFinding(file === '-' ? 'standard input' : file, finding)).join('\n'),
  );
};
