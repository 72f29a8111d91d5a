import { VERSION } from '../../program/version.ts';
import type { Request } from '../arguments/request.ts';
import { EXIT, type ExitCode } from '../errors/exit.ts';
import type { LoadOperatorCode } from '../manifest/operator-code.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { asDocument } from '../print/document.ts';
import type { Terminal } from '../print/terminal.ts';

export type RenderRequest = Extract<Request, { readonly command: 'render' }>;

/** The image that the chart names. */
export const DEFAULT_IMAGE = `l4balancer-proxy:${VERSION}`;

/** Prints what the operator would apply for a manifest. Throws CliError. */
export const runRender = async (
  { file, output, proxyImage = DEFAULT_IMAGE, kubelet, namespace }: RenderRequest,
  terminal: Terminal,
  loadOperatorCode: LoadOperatorCode,
): Promise<ExitCode> => {
  const balancer = readManifest(file);
  const { metadata } = balancer;
  const { renderedOf } = await loadOperatorCode();
  const children = renderedOf(
    { ...balancer, metadata: { ...metadata, namespace: metadata.namespace ?? namespace ?? 'default' } },
    { proxyImage, pullPolicy: 'IfNotPresent', kubelet },
  );
  if (output === 'json')
    terminal.out(await asDocument({ apiVersion: 'v1', kind: 'List', items: children }, 'json'));
  else for (const child of children) terminal.out(`---\n${await asDocument(child, 'yaml')}`);
  return EXIT.ok;
};
