import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redacted, redactedValue } from '../../../cli/bundle/redact.ts';

const JWT = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
const TEXTS: readonly (readonly [string, string])[] = [
  ['-----BEGIN EC PRIVATE KEY-----\nsesame\n-----END EC PRIVATE KEY-----\nrest', '(left out)\nrest'],
  ['-----BEGIN PRIVATE KEY-----\nsesame, cut', '(left out)'],
  [`token ${JWT} ends`, 'token (left out) ends'],
  ['authorization: Bearer abcdefgh12345', 'authorization: Bearer (left out)'],
  ['postgres://jane:sesame@db:5432/x', 'postgres://jane:(left out)@db:5432/x'],
  ['{"password":"sesame","port":1}', '{"password":"(left out)","port":1}'],
  ['api_key=sesame&x=1', 'api_key=(left out)&x=1'],
  ['connect ECONNREFUSED 10.0.0.1:80', 'connect ECONNREFUSED 10.0.0.1:80'],
  ['l4balancer_tokens_total{listener="web"} 5', 'l4balancer_tokens_total{listener="web"} 5'],
  ['-----BEGIN CERTIFICATE-----\npublic', '-----BEGIN CERTIFICATE-----\npublic'],
];

for (const [text, expected] of TEXTS)
  test(`\`${text.slice(0, 40).replaceAll('\n', ' ')}\` ${text === expected ? 'stays' : 'loses its secret'}`, () => {
    assert.equal(redacted(text), expected);
  });

test('fields and variables with confidential names lose their values, and names of objects stay', () => {
  const value = {
    metadata: {
      annotations: {
        'example.com/api-token': 'sesame',
        'kubectl.kubernetes.io/last-applied-configuration': 'x',
      },
    },
    spec: {
      imagePullSecrets: [{ name: 'registry' }],
      volumes: [{ secret: { secretName: 'edge-tls' } }],
      env: [
        { name: 'DB_PASSWORD', value: 'sesame' },
        { name: 'NUM_ACCEPTORS', value: '4' },
        { name: 'FROM', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
      ],
    },
  };
  assert.deepEqual(redactedValue(value), {
    metadata: { annotations: { 'example.com/api-token': '(left out)' } },
    spec: {
      imagePullSecrets: [{ name: 'registry' }],
      volumes: [{ secret: { secretName: 'edge-tls' } }],
      env: [
        { name: 'DB_PASSWORD', value: '(left out)' },
        { name: 'NUM_ACCEPTORS', value: '4' },
        { name: 'FROM', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } },
      ],
    },
  });
});
