import { counted } from '../print/units.ts';
import type { Found, Running, Versions } from './versions.ts';

const MOST_PATHS = 4;

/** What it means that versions differ, and what to do; one sentence or two for each. */
export const skewOf = (versions: Versions): readonly string[] => [
  ...operatorSkew(versions),
  ...definitionSkew(versions),
  ...proxySkew(versions),
];

const known = (found: Found<readonly Running[]>): readonly Running[] =>
  found.kind === 'Known' ? found.value.filter(({ version }) => version !== undefined) : [];

const operatorSkew = ({ client, operator }: Versions): readonly string[] => {
  const [first, ...more] = known(operator);
  if (first === undefined) return [];
  if (more.length > 0)
    return ['Operators of several versions run: an upgrade is under way, or two releases are installed.'];
  return first.version === client
    ? []
    : [
        `The operator is ${first.version}: render, diff and preflight answer as one of this command’s version, ${client}, would.`,
      ];
};

const definitionSkew = ({ definition }: Versions): readonly string[] => {
  if (definition.kind === 'Unknown' || definition.value === undefined) return [];
  const { lacking, unknown } = definition.value;
  return [
    ...(lacking.length === 0
      ? []
      : [
          `The definition in the cluster is older than this command: it lacks ${listed(lacking)}, so that the API server refuses or drops these. Upgrade it with the operator’s chart.`,
        ]),
    ...(unknown.length === 0
      ? []
      : [
          `The definition in the cluster is newer than this command, which does not know ${listed(unknown)}. Upgrade the command.`,
        ]),
  ];
};

const listed = (paths: readonly string[]): string => {
  const shown = paths.slice(0, MOST_PATHS).join(', ');
  return paths.length > MOST_PATHS ? `${shown} and ${paths.length - MOST_PATHS} more` : shown;
};

const proxySkew = ({ operator, proxies }: Versions): readonly string[] => {
  const [wanted, ...more] = known(operator);
  if (wanted === undefined || more.length > 0) return [];
  const others = known(proxies).filter(({ version }) => version !== wanted.version);
  const pods = others.reduce((sum, one) => sum + one.pods, 0);
  return pods === 0
    ? []
    : [
        `${counted(pods, 'proxy pod')} of another version than the operator: a new operator restarts none. kubectl annotate l4b NAME l4balancer.dev/upgrade=true moves a balancer to its image.`,
      ];
};
