import type { Finding } from './finding.ts';

/** A finding as one line: `edge.yaml:14: spec.listeners[1].port: …`; `-` is stdin. */
export const formatFinding = (file: string, { path, message, line }: Finding): string =>
  [
    `${file === '-' ? 'stdin' : file}${line === undefined ? '' : `:${line}`}`,
    ...(path === '' ? [] : [path]),
    message,
  ].join(': ');
