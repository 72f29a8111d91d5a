import { formatValue } from '../format-value.ts';
import type { Toleration } from '../scheduling.ts';
import type { Workload } from '../workload.ts';
import { problemIf, type Rule, rule } from './rule.ts';

const tolerationValue = rule<Toleration>({
  id: 'toleration-exists-value',
  scope: 'spec.workload.tolerations[]',
  rule: "!(has(self.operator) && self.operator == 'Exists' && has(self.value) && self.value != '')",
  message: 'operator Exists takes no value: remove value or use Equal',
  fieldPath: '.value',
  check: ({ operator, value }) =>
    problemIf(
      operator === 'Exists' && value !== undefined && value !== '',
      ['value'],
      `${formatValue(value)} is set, but operator Exists takes no value: remove value or use Equal`,
    ),
});

const tolerationKey = rule<Toleration>({
  id: 'toleration-key',
  scope: 'spec.workload.tolerations[]',
  rule: "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')",
  message: 'key is missing: without a key only operator Exists can be used, which matches every taint',
  check: ({ key, operator }) =>
    problemIf(
      (key === undefined || key === '') && operator !== 'Exists',
      [],
      'key is missing: without a key only operator Exists can be used, which matches every taint',
    ),
});

const tolerationSeconds = rule<Toleration>({
  id: 'toleration-seconds-effect',
  scope: 'spec.workload.tolerations[]',
  rule: "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
  message: 'tolerationSeconds requires effect NoExecute',
  fieldPath: '.tolerationSeconds',
  check: ({ tolerationSeconds: seconds, effect }) =>
    problemIf(
      seconds !== undefined && effect !== 'NoExecute',
      ['tolerationSeconds'],
      `${seconds} requires effect NoExecute`,
    ),
});

const imageScheme = rule<Workload>({
  id: 'image-no-scheme',
  scope: 'spec.workload',
  reads: ['image'],
  rule: "!has(self.image) || !self.image.contains('://')",
  message: 'image has a URL scheme: remove everything up to "://"',
  fieldPath: '.image',
  check: ({ image }) =>
    problemIf(
      image?.includes('://') ?? false,
      ['image'],
      `${formatValue(image)} has a URL scheme: remove everything up to "://"`,
    ),
});

const DIGEST = '^[^@]+(@sha256:[0-9a-f]{64})?$';

const imageDigest = rule<Workload>({
  id: 'image-digest',
  scope: 'spec.workload',
  reads: ['image'],
  rule: `!has(self.image) || self.image.matches('${DIGEST}')`,
  message: 'what follows "@" in image is not a digest: write sha256: and 64 hexadecimal digits',
  fieldPath: '.image',
  check: ({ image }) =>
    problemIf(
      image !== undefined && !new RegExp(DIGEST).test(image),
      ['image'],
      `what follows "@" in ${formatValue(image)} is not a digest: write sha256: and 64 hexadecimal digits`,
    ),
});

/** Name of an extended resource: a domain other than Kubernetes' own, and a name. */
const DEVICE =
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$';
const DEVICE_FORM = new RegExp(DEVICE);

const deviceNames = rule<Readonly<Record<string, unknown>>>({
  id: 'extra-resource-name',
  scope: 'spec.workload.extraResources',
  rule: `self.all(k, k.size() < 254 && k.matches('${DEVICE}') && !k.contains('kubernetes.io/') && !k.startsWith('requests.'))`,
  message: 'a key is not the name of a device, such as intel.com/sriov; CPU and memory belong in resources',
  check: (devices) =>
    Object.keys(devices).flatMap((name) =>
      problemIf(
        name.length > 253 ||
          !DEVICE_FORM.test(name) ||
          name.includes('kubernetes.io/') ||
          name.startsWith('requests.'),
        [name],
        `${formatValue(name)} is not the name of a device, such as intel.com/sriov; CPU and memory belong in resources`,
      ),
    ),
});

type TextMap = Readonly<Record<string, string>>;

/** Key prefixes that the operator itself uses: selectors and rollouts depend on them. */
const RESERVED = [
  {
    scope: 'spec.workload.podLabels',
    id: 'pod-label-reserved',
    prefixes: ['l4balancer.dev/', 'app.kubernetes.io/'],
  },
  { scope: 'spec.workload.podAnnotations', id: 'pod-annotation-reserved', prefixes: ['l4balancer.dev/'] },
  {
    scope: 'spec.monitoring.labels',
    id: 'monitoring-label-reserved',
    prefixes: ['l4balancer.dev/', 'app.kubernetes.io/'],
  },
  {
    scope: 'spec.service.labels',
    id: 'service-label-reserved',
    prefixes: ['l4balancer.dev/', 'app.kubernetes.io/'],
  },
] as const;

const reservedKeys: readonly Rule[] = RESERVED.map(({ scope, id, prefixes }) =>
  rule<TextMap>({
    id,
    scope,
    rule: `self.all(k, ${prefixes.map((prefix) => `!k.startsWith('${prefix}')`).join(' && ')})`,
    message: `keys that start with ${prefixes.join(' or ')} are reserved for the operator`,
    check: (map) =>
      Object.keys(map).flatMap((key) =>
        problemIf(
          prefixes.some((prefix) => key.startsWith(prefix)),
          [key],
          `${formatValue(key)} is reserved for the operator, like all keys that start with ${prefixes.join(' or ')}`,
        ),
      ),
  }),
);

/** Kubernetes' qualified name: an optional DNS prefix and up to 63 letters, digits, "-", "_", ".". */
const KEY = '^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$';
const KEY_FORM = new RegExp(KEY);
const LABEL_VALUE = '^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$';
const LABEL_VALUE_FORM = new RegExp(LABEL_VALUE);

/** Maps of labels, and of annotations, whose values may be any text. */
const MAPS = [
  { scope: 'spec.workload.podLabels', id: 'pod-label', hasLabelValues: true },
  { scope: 'spec.workload.podAnnotations', id: 'pod-annotation', hasLabelValues: false },
  { scope: 'spec.workload.nodeSelector', id: 'node-selector', hasLabelValues: true },
  { scope: 'spec.monitoring.labels', id: 'monitoring-label', hasLabelValues: true },
  { scope: 'spec.service.labels', id: 'service-label', hasLabelValues: true },
  {
    scope: 'spec.service.annotations',
    id: 'service-annotation',
    hasLabelValues: false,
    forStored: 'the Service cannot be created with it',
  },
  { scope: 'spec.networkPolicy.monitoringNamespaces', id: 'monitoring-namespace', hasLabelValues: true },
] as const;

const keyForms: readonly Rule[] = MAPS.map(({ scope, id, ...more }) =>
  rule<TextMap>({
    id: `${id}-key`,
    ...('forStored' in more ? { forStored: more.forStored } : {}),
    scope,
    rule: `self.all(k, k.matches('${KEY}'))`,
    message: 'a key is not a label or annotation key, such as team or example.com/team',
    check: (map) =>
      Object.keys(map).flatMap((key) =>
        problemIf(
          !KEY_FORM.test(key),
          [key],
          `${formatValue(key)} is not a label or annotation key, such as team or example.com/team`,
        ),
      ),
  }),
);

const labelValues: readonly Rule[] = MAPS.filter(({ hasLabelValues }) => hasLabelValues).map(
  ({ scope, id }) =>
    rule<TextMap>({
      id: `${id}-value`,
      scope,
      rule: `self.all(k, self[k].matches('${LABEL_VALUE}'))`,
      message: 'a value is not a label value: up to 63 letters, digits, "-", "_" and "."',
      check: (map) =>
        Object.entries(map).flatMap(([key, value]) =>
          problemIf(
            !LABEL_VALUE_FORM.test(value),
            [key],
            `${formatValue(value)} is not a label value: up to 63 letters, digits, "-", "_" and "."`,
          ),
        ),
    }),
);

export const WORKLOAD_RULES = [
  tolerationValue,
  tolerationKey,
  tolerationSeconds,
  imageScheme,
  imageDigest,
  deviceNames,
  ...reservedKeys,
  ...keyForms,
  ...labelValues,
];
