/** A JSON object that tests may change freely. */
export type Loose = Record<string, unknown>;

/** A valid manifest; `change` modifies its spec. */
export const manifest = (change: (spec: Loose) => void = () => {}, metadata: Loose = {}): Loose => {
  const spec: Loose = {
    listeners: [{ name: 'web', port: 8080, backend: 'web' }],
    backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
  };
  change(spec);
  return {
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name: 'edge', ...metadata },
    spec,
  };
};

/** The same with other fields in spec. */
export const manifestWith = (fields: Loose): Loose => manifest((spec) => Object.assign(spec, fields));

/** The same with other fields in its only backend. */
export const manifestWithBackend = (fields: Loose): Loose =>
  manifestWith({ backends: [{ name: 'web', service: { name: 'web', port: 80 }, ...fields }] });

/** The same with fixed endpoints. */
export const manifestWithEndpoints = (...endpoints: Loose[]): Loose =>
  manifestWith({ backends: [{ name: 'web', endpoints }] });

/** The same with other fields in its only listener. */
export const manifestWithListener = (fields: Loose): Loose =>
  manifestWith({ listeners: [{ name: 'web', port: 8080, backend: 'web', ...fields }] });
