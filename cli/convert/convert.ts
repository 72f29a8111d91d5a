import type { Format } from '../arguments/formats.ts';
import { type Conversion, refused } from './draft.ts';
import { fromHaproxy } from './haproxy.ts';
import { fromIngressNginx } from './ingress-nginx.ts';
import { parseManifests } from './kubernetes.ts';
import { fromNginx } from './nginx.ts';
import type { Settings } from './settings.ts';
import { fromTraefik } from './traefik.ts';

export interface Input {
  readonly file: string;
  readonly text: string;
}

/** The format of a text, by what only that format has; undefined if it is none of them. */
export const formatOf = (text: string): Format | undefined => {
  if (/^\s*"?kind"?:\s*"?IngressRoute(TCP|UDP)\b/m.test(text)) return 'traefik';
  if (/^\s*"?kind"?:\s*"?(ConfigMap|ConfigMapList)\b/m.test(text)) return 'ingress-nginx';
  if (/^\s*(stream|upstream\s+\S+|server)\s*\{/m.test(text)) return 'nginx';
  if (/^(global|defaults|frontend\s+\S+|backend\s+\S+|listen\s+\S+)\b/m.test(text)) return 'haproxy';
  return undefined;
};

/** Converts files of one format. Files of Kubernetes are read together: one may complete another. */
export const convert = (inputs: readonly Input[], format: Format, settings: Settings): Conversion => {
  const [first] = inputs;
  const files = inputs.map(({ file }) => file).join(', ');
  switch (format) {
    case 'haproxy':
    case 'nginx':
      if (first === undefined || inputs.length > 1)
        return refused(files, `give one file at a time: each configuration of ${format} becomes a balancer`);
      return format === 'haproxy'
        ? fromHaproxy(first.text, first.file, settings)
        : fromNginx(first.text, first.file, settings);
    case 'ingress-nginx':
    case 'traefik': {
      const read = inputs.map(({ file, text }) => ({ file, ...parseManifests(text) }));
      const problems = read.flatMap(({ file, problem }) =>
        problem === undefined ? [] : [{ where: file, message: problem }],
      );
      if (problems.length > 0) return { balancers: [], notes: [], problems };
      const objects = read.flatMap((one) => one.objects);
      if (format === 'ingress-nginx')
        return fromIngressNginx(
          objects.filter(({ kind }) => kind === 'ConfigMap'),
          files,
          settings,
        );
      return objects.some(({ kind }) => /^IngressRoute(TCP|UDP)$/.test(kind))
        ? fromTraefik(
            objects,
            read.flatMap((one) => one.others),
            settings,
          )
        : refused(files, 'has neither an IngressRouteTCP nor an IngressRouteUDP');
    }
    default:
      return format satisfies never;
  }
};
