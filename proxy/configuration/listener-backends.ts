import type { ListenerConfiguration } from './configuration.ts';

/** Names of all backends that connections of a listener may go to, each once. */
export const backendsOfListener = ({
  backend,
  policy,
}: Pick<ListenerConfiguration, 'backend' | 'policy'>): readonly string[] => [
  ...new Set([
    ...(backend === undefined ? [] : [backend]),
    ...(policy.tls?.routes ?? []).map((route) => route.backend),
  ]),
];
