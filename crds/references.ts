import type { Backend } from './backend.ts';
import type { Listener } from './listener.ts';

type Referring = {
  readonly listeners: readonly Pick<Listener, 'tls' | 'sources'>[];
  readonly backends: readonly Pick<Backend, 'tls'>[];
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/** Names of the objects with what certificates of clients are verified with. */
const ofClients = (listeners: Referring['listeners'], kind: 'ConfigMap' | 'Secret'): readonly string[] =>
  listeners.flatMap(({ tls }) => {
    const { caRefs = [], crlRefs = [] } = tls?.clientCertificates ?? {};
    return [...caRefs, ...crlRefs].filter((ref) => ref.kind === kind).map(({ name }) => name);
  });

/** Names of the Secrets that a resource refers to, each once, sorted. */
export const secretsOf = ({ listeners, backends }: Referring): readonly string[] =>
  unique([
    ...listeners.flatMap(({ tls }) => (tls?.certificateRefs ?? []).map(({ name }) => name)),
    ...ofClients(listeners, 'Secret'),
    ...backends.flatMap(({ tls }) => [
      ...(tls?.caRef?.kind === 'Secret' ? [tls.caRef.name] : []),
      ...(tls?.clientCertificateRef === undefined ? [] : [tls.clientCertificateRef.name]),
    ]),
  ]);

/** Names of the ConfigMaps that a resource refers to, each once, sorted. */
export const configMapsOf = ({ listeners, backends }: Referring): readonly string[] =>
  unique([
    ...listeners.flatMap(({ sources }) => (sources?.fromConfigMaps ?? []).map(({ name }) => name)),
    ...ofClients(listeners, 'ConfigMap'),
    ...backends.flatMap(({ tls }) => (tls?.caRef?.kind === 'ConfigMap' ? [tls.caRef.name] : [])),
  ]);
