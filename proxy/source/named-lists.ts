import { byName } from '../configuration/by-name.ts';
import { listsOf, withLists } from '../configuration/listener-sources.ts';
import type { SourceLists } from './source-lists.ts';
import type { Named } from './with-named.ts';

/** The lists of addresses of listeners, for `withNamed`. */
export const namedLists = (lists: SourceLists): Named => ({
  onChange: (run) => lists.onChange(run),
  namesIn: listsOf,
  known: () => new Set(lists.states.keys()),
  fillIn(snapshot, before) {
    const configuration = withLists(snapshot.configuration, lists.states, byName(before?.listeners));
    return {
      ...snapshot,
      configuration,
      lists: lists.known(listsOf(snapshot.configuration)),
      findings: [...snapshot.findings, ...lists.findings(configuration)],
    };
  },
});
