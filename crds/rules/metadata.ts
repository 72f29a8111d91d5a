import type { L4Balancer } from '../l4balancer.ts';
import { show } from '../words.ts';
import { problemIf, rule } from './rule.ts';

const FORM = '^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$';
const NAME = new RegExp(FORM);

/** The Service and the labels of the pods carry the name, with a suffix at most; both end at 63 characters. */
const resourceName = rule<Pick<L4Balancer, 'metadata'>>({
  id: 'resource-name',
  scope: '',
  reads: ['metadata'],
  rule: `self.metadata.name.matches('${FORM}')`,
  message:
    'metadata.name becomes the name of a Service: use up to 52 lower-case letters, digits and "-", and start with a letter',
  fieldPath: '.metadata.name',
  check: ({ metadata: { name } }) =>
    problemIf(
      !NAME.test(name),
      ['metadata', 'name'],
      `${show(name)} cannot become the name of a Service: use up to 52 lower-case letters, digits and "-", and start with a letter`,
    ),
});

export const METADATA_RULES = [resourceName];
