import { parse } from 'yaml';

interface Address {
  readonly address: string;
  readonly port: number;
}

/** The ports and addresses of the sample's listeners and endpoints on this machine, by their names. */
export interface LocalAddresses {
  readonly listeners: Readonly<Record<string, number>>;
  readonly endpoints: Readonly<Record<string, readonly Address[]>>;
}

interface Sample {
  spec: {
    listeners: { name: string; port: number; backend: string }[];
    backends: { name: string; service?: unknown; endpoints?: readonly Address[] }[];
    workload?: unknown;
    service?: unknown;
  };
}

/**
 * The sample for a run without a cluster, as JSON, which is also YAML: fixed endpoints instead of Services,
 * free ports, and only backends that have endpoints.
 */
export const standaloneManifest = (sampleYaml: string, { listeners, endpoints }: LocalAddresses): string => {
  const sample = parse(sampleYaml) as Sample;
  const { spec } = sample;
  const backends = spec.backends.flatMap(({ service: _, ...backend }) => {
    const found = endpoints[backend.name];
    return found === undefined ? [] : [{ ...backend, endpoints: found }];
  });
  const kept = new Set(backends.map(({ name }) => name));
  const ports = spec.listeners
    .filter(({ backend }) => kept.has(backend))
    .map((listener) => ({ ...listener, port: listeners[listener.name] ?? listener.port }));
  return JSON.stringify({ ...sample, spec: { listeners: ports, backends } }, null, 2);
};
