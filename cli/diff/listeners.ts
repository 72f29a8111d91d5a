import { differences, differenceText } from '../../crds/differences.ts';
import type { Listener } from '../../crds/listener.ts';
import type { Change, Effect } from './change.ts';

/** What a change of a field does to connections that are open. */
const OF_FIELD: Readonly<Record<string, string>> = {
  backend: 'new connections go to the other backend, open ones stay',
  sources: 'new clients only; open connections stay',
  timeouts: 'new connections only',
  proxyProtocol: 'new connections only',
  tls: 'new connections only; open ones keep what was agreed',
  limits: 'at once, and open connections count',
  stickiness: 'new sessions only',
};

const socketOf = ({ port, protocol, address }: Listener): string =>
  `${port}/${protocol}${address === undefined ? '' : ` on ${address}`}`;

/** What happens to listeners, found by their names. */
export const listenerChanges = (
  before: readonly Listener[],
  after: readonly Listener[],
): readonly Change[] => {
  const had = new Map(before.map((one) => [one.name, one]));
  const has = new Map(after.map((one) => [one.name, one]));
  return [
    ...after.flatMap((listener): readonly Change[] => {
      const old = had.get(listener.name);
      return old === undefined ? [added(listener)] : changed(old, listener);
    }),
    ...before.flatMap((listener) => (has.has(listener.name) ? [] : [removed(listener)])),
  ];
};

const added = (listener: Listener): Change => ({
  effect: 'Live',
  about: `Listener ${listener.name}`,
  what: `Port ${socketOf(listener)} is opened by every proxy at once; no pod restarts.`,
  fields: [],
});

/** Sessions of UDP end with their socket; connections of TCP have one of their own. */
const closing = ({ protocol }: Listener): { readonly effect: Effect; readonly what: string } =>
  protocol === 'UDP'
    ? { effect: 'Ends', what: 'its sessions end (ListenerRemoved)' }
    : { effect: 'Live', what: 'new clients are refused there, and open connections stay until they end' };

const removed = (listener: Listener): Change => {
  const { effect, what } = closing(listener);
  return {
    effect,
    about: `Listener ${listener.name}`,
    what: `Port ${socketOf(listener)} is closed: ${what}.`,
    fields: [],
  };
};

const changed = (old: Listener, listener: Listener): readonly Change[] => {
  const about = `Listener ${listener.name}`;
  const found = differences(old, listener);
  if (found.length === 0) return [];
  if (socketOf(old) !== socketOf(listener)) {
    const { effect, what } = closing(old);
    return [
      {
        effect,
        about,
        what: `It moves from port ${socketOf(old)} to ${socketOf(listener)}: on the old one, ${what}.`,
        fields: found.map(differenceText),
      },
    ];
  }
  return Object.entries(OF_FIELD).flatMap(([field, how]): readonly Change[] => {
    const own = found.filter(
      ({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
    );
    return own.length === 0
      ? []
      : [{ effect: 'Live', about, what: `${field} is changed: ${how}.`, fields: own.map(differenceText) }];
  });
};
