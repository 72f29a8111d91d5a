import type { Registry } from 'prom-client';
import { Gauge } from '../../program/prometheus.ts';
import type { DefinitionSkew } from '../objects/definition-skew.ts';

/**
 * Counts the differences between the cluster's CustomResourceDefinition and the one that the operator was
 * built with.
 */
export const createDefinitionMetrics = (registry: Registry): ((skew: DefinitionSkew) => void) => {
  const gauge = new Gauge({
    name: 'l4balancer_operator_definition_differences',
    help: 'Fields and values of an L4Balancer that only one side knows: the operator (known_by="operator": the API server drops them) or the CustomResourceDefinition (known_by="definition": they have no effect).',
    labelNames: ['known_by'],
    registers: [registry],
  });
  const set = ({ lacking, unknown }: DefinitionSkew): void => {
    gauge.set({ known_by: 'operator' }, lacking.length);
    gauge.set({ known_by: 'definition' }, unknown.length);
  };
  set({ lacking: [], unknown: [] });
  return set;
};
