import { formatValue } from '../format-value.ts';
import type { L4Balancer } from '../l4balancer.ts';
import { CHILD_PREFIX } from '../resource-type.ts';
import { problemIf, rule } from './rule.ts';

const FORM = '^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$';
const NAME = new RegExp(FORM);

/**
 * The names of the Service and of pod labels contain the resource's name, with a suffix at most; both are
 * limited to 63 characters.
 */
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
      `${formatValue(name)} cannot become the name of a Service: use up to 52 lower-case letters, digits and "-", and start with a letter`,
    ),
});

const ownService = rule<Pick<L4Balancer, 'metadata' | 'spec'>>({
  id: 'backend-own-service',
  forStored: 'its pods connect to each other',
  scope: '',
  reads: ['metadata', 'spec.backends[?].service.name', 'spec.service.type'],
  // Only a rule on the resource as a whole can read the name, and every write of the status changes the
  // resource.
  // So the rule compares what it reads with the old resource.
  rule: `self.spec.service.type == 'None' || self.spec.backends.all(b, !has(b.service) || !(b.service.name.startsWith('${CHILD_PREFIX}') && b.service.name.substring(${CHILD_PREFIX.length}) == self.metadata.name)) || (oldSelf.hasValue() && oldSelf.value().spec.service.type == self.spec.service.type && oldSelf.value().spec.backends == self.spec.backends)`,
  optionalOldSelf: true,
  message:
    'a backend is the Service of this balancer itself: connections would loop; use the Service of the servers',
  messageExpression: `'a backend has the Service "${CHILD_PREFIX}' + self.metadata.name + '", which is that of this balancer itself: connections would loop; use the Service of the servers'`,
  fieldPath: '.spec.backends',
  check: ({ metadata, spec }) =>
    spec.backends.flatMap(({ service }, i) =>
      problemIf(
        spec.service.type !== 'None' && service?.name === `${CHILD_PREFIX}${metadata.name}`,
        ['spec', 'backends', i, 'service', 'name'],
        `${formatValue(service?.name)} is the Service of this balancer itself: connections would loop; use the Service of the servers`,
      ),
    ),
});

export const METADATA_RULES = [resourceName, ownService];
