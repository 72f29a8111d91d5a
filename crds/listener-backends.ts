import type { Listener } from './listener.ts';

/** Names of all backends that connections of a listener may go to, each once. */
export const backendsOfListener = ({
  backend,
  tls,
}: Pick<Listener, 'backend' | 'tls'>): readonly string[] => [
  ...new Set([
    ...(backend === undefined ? [] : [backend]),
    ...(tls?.routes ?? []).map((route) => route.backend),
  ]),
];
