import type { ProxyFinding } from '../../report/finding.ts';
import { byName } from '../configuration/by-name.ts';
import { caNamesOf, withCaBundles } from '../configuration/ca-names.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { backendPath } from '../configuration/written-paths.ts';
import type { CaBundles } from './ca-bundles.ts';
import type { Named } from './with-named.ts';

/** What is wrong with the bundles of backends, for each backend that has one with a problem. */
const findingsOf = ({ backends, written }: Configuration, bundles: CaBundles): readonly ProxyFinding[] =>
  backends.flatMap(({ name, credentials }): readonly ProxyFinding[] => {
    const { caName } = credentials ?? {};
    if (caName === undefined) return [];
    const problem = bundles.problemOf(caName);
    const aging = bundles.agingOf(caName);
    const consequence = bundles.isUsable(caName)
      ? 'The one read before stays in use'
      : `Until there is one, nothing is sent to the endpoints of backend "${name}"`;
    const about = { backend: name, path: `${backendPath(written, name)}.tls` };
    return [
      ...(problem === undefined
        ? []
        : [{ ...problem, message: `${problem.message}. ${consequence}`, ...about }]),
      ...(aging === undefined ? [] : [{ ...aging, ...about }]),
    ];
  });

/** The CA bundles of a configuration, for `withNamed`. */
export const namedCaBundles = (bundles: CaBundles): Named => ({
  onChange: (run) => bundles.onChange(run),
  namesIn: caNamesOf,
  known: () => new Set(bundles.known.keys()),
  fillIn(snapshot, before) {
    const configuration = withCaBundles(snapshot.configuration, bundles.known, byName(before?.backends));
    return {
      ...snapshot,
      configuration,
      findings: [...snapshot.findings, ...findingsOf(configuration, bundles)],
    };
  },
});
