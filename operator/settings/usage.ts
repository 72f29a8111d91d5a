import { OLDEST_SUPPORTED, versionText } from '../objects/kubernetes-version.ts';
import { FLAGS, type Flag } from './flags.ts';

const rows = Object.values<Flag>(FLAGS).map(({ flag, value, variable, fallback = '', meaning }) => [
  `${flag} ${value}`,
  variable,
  fallback,
  meaning,
]);
const table = [['Flag', 'Environment', 'Default', 'Meaning'], ...rows];
const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));

/** What --help prints. */
export const USAGE = `L4Balancer operator: runs the proxy pods of every L4Balancer in a cluster.

  l4balancer-operator.js --proxy-image IMAGE --leader-elect-namespace NAME
  l4balancer-operator.js --proxy-image IMAGE --dry-run         print what would be done in the cluster, and change nothing
  l4balancer-operator.js render FILE... --proxy-image IMAGE    print what would be applied for manifest files (- is stdin), without a cluster:
                                                               for kubelets of the oldest supported version, ${versionText(OLDEST_SUPPORTED)}
  l4balancer-operator.js --help | --version

${table
  .map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  .join('\n')}

A flag overrides the environment. Flags are written --flag value or --flag=value.
Signals: TERM, INT, QUIT and PWR shut down gracefully, a second one immediately; others are ignored and logged.
Exit codes: 0 success, 1 failure, 2 invalid settings or manifest, 3 --dry-run would change something, 128 plus the signal's number after a second signal.
`;
