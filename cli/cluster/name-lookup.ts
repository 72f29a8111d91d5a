import type { Environment } from '../../kube/in-cluster.ts';
import type { Lookup } from '../arguments/names.ts';
import type { Target } from './session.ts';

/** The value of a flag anywhere among words that need not be a complete command. */
const flagValue = (words: readonly string[], ...flags: readonly string[]): string | undefined => {
  for (const [at, word] of words.entries()) {
    if (flags.includes(word)) return words[at + 1];
    const flag = flags.find((one) => word.startsWith(`${one}=`));
    if (flag !== undefined) return word.slice(flag.length + 1);
  }
  return undefined;
};

const targetIn = (words: readonly string[]): Target => ({
  namespace: flagValue(words, '-n', '--namespace'),
  context: flagValue(words, '--context'),
  kubeconfig: flagValue(words, '--kubeconfig'),
});

/** Looks names up in the cluster and the namespace that the words of a command line name so far. */
export const namesFrom =
  (words: readonly string[], env: Environment): Lookup =>
  async (prefix) => {
    try {
      // Only completion needs the client before the arguments are known.
      const [{ listBalancers }, { withSession }] = await Promise.all([
        import('./balancers.ts'),
        import('./session.ts'),
      ]);
      const balancers = await withSession(targetIn(words), env, ({ transport, namespace }) =>
        listBalancers(transport, namespace),
      );
      return balancers.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(prefix));
    } catch {
      return []; // completion has nowhere to show an error; the command itself shows it
    }
  };
