import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseManifest } from '../../crds/parse-manifest.ts';

const SAMPLES = new URL('../../crds/samples/', import.meta.url);

const HEAD = 'apiVersion: l4balancer.dev/v1alpha1\nkind: L4Balancer\nmetadata: {name: edge}\n';
const GOOD = `${HEAD}spec:
  listeners:
  - name: web
    port: 8080
    backend: web
  backends:
  - name: web
    service: {name: web, port: 80}
`;

const linesOf = (text: string): readonly string[] =>
  parseManifest(text).findings.map(({ line, path, message }) => `${line}: ${path}: ${message}`);

for (const name of readdirSync(SAMPLES)) {
  test(`the sample ${name} is valid, and starts with a comment`, () => {
    const text = readFileSync(new URL(name, SAMPLES), 'utf8');
    const { balancer, findings } = parseManifest(text);
    assert.deepEqual(findings, []);
    assert.ok(balancer);
    assert.match(text, /^# [A-Z].+/);
  });
}

test('findings carry the lines of their fields and are ordered by line', () => {
  const text = `${HEAD}spec:
  listeners:
  - name: web
    port: 8080
    backend: web
  - name: api
    port: 8080
    backend: wbe
  backends:
  - name: web
    endpoints:
    - {address: 10.0.0.1, port: 80}
    - address: 10.0.0.300
      port: 80
      wieght: 3
    - address: 10.0.0.1
      port: 80
`;
  assert.deepEqual(linesOf(text), [
    '10: spec.listeners[1].port: 8080 is already used by listener "web" (line 6) with TCP',
    '11: spec.listeners[1].backend: "wbe" is not in spec.backends; available: web; did you mean "web"?',
    '16: spec.backends[0].endpoints[1].address: "10.0.0.300" is not an IP address; host names are not resolved: use a Service for those',
    '18: spec.backends[0].endpoints[1].wieght: is not a known field; did you mean weight?',
    '19: spec.backends[0].endpoints[2]: "10.0.0.1" port 80 is already given at spec.backends[0].endpoints[0] (line 15)',
  ]);
});

test('lines are correct even if an earlier entry was excluded from the comparison', () => {
  const text = `${HEAD}spec:
  listeners:
  - {name: a, port: x, backend: web}
  - {name: b, port: 8080, backend: web}
  - {name: C, port: 8080, backend: web}
  - {name: d, port: 8080, backend: web}
  backends:
  - {name: web, service: {name: web, port: 80}}
`;
  assert.deepEqual(linesOf(text), [
    '6: spec.listeners[0].port: "x" is not a number',
    '8: spec.listeners[2].name: "C" is not a name: use lower-case letters, digits and "-", and start with a letter',
    '9: spec.listeners[3].port: 8080 is already used by listener "b" (line 7) with TCP',
  ]);
});

test('a missing field is reported at the line of its parent', () => {
  const text = `${HEAD}spec:\n  backends:\n  - name: web\n    service:\n      name: web\n`;
  assert.deepEqual(linesOf(text), [
    '4: spec.listeners: is missing: expected a list',
    '7: spec.backends[0].service.port: is missing: expected an integer or a string',
  ]);
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['an empty file', '', /^undefined: : is empty: expected one L4Balancer$/],
  ['a file of comments', '# nothing\n---\n# here\n', /is empty: expected one L4Balancer$/],
  [
    'two documents',
    `${GOOD}---\n${GOOD}`,
    /^13: : has 2 documents: expected one L4Balancer and nothing else$/,
  ],
  [
    'a duplicate key',
    GOOD.replace('port: 8080', 'port: 8080\n    port: 8081'),
    /^8: : is not valid YAML: Map keys must be unique/,
  ],
  ['a tab', GOOD.replace('  listeners', '\tlisteners'), /^5: : is not valid YAML: /],
  ['an open bracket', `${HEAD}spec: {`, /is not valid YAML: /],
  ['plain text', 'hello', /^1: : "hello" is not an L4Balancer: expected an object$/],
  ['a list', '- a\n- b\n', /^1: : a list is not an L4Balancer: expected an object$/],
  [
    'another kind',
    GOOD.replace('kind: L4Balancer', 'kind: Service'),
    /^2: kind: "Service" is not supported: expected L4Balancer$/,
  ],
  ['a missing kind', GOOD.replace('kind: L4Balancer\n', ''), /^1: kind: is missing: expected L4Balancer$/],
  ['very deep nesting', `${HEAD}spec: ${'['.repeat(200_000)}`, /: (is not valid|cannot be read as) YAML: /],
  [
    'an alias bomb',
    `${HEAD}a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefgh', (c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`).join('\n')}\n`,
    /cannot be read as YAML: Excessive alias count/,
  ],
  ['an unresolved alias', `${HEAD}spec: *nothing\n`, /YAML: Unresolved alias/],
  ['two megabytes', '#'.repeat(2_000_000), /has 2000000 characters: a manifest has at most 1500000$/],
  ['binary input', '\u0000\u0001\u0002', /YAML|is not an L4Balancer/],
];

for (const [what, text, expected] of REFUSED) {
  test(`a manifest file is refused with a reason: ${what}`, () => {
    const { balancer } = parseManifest(text);
    assert.equal(balancer, undefined);
    const lines = linesOf(text);
    assert.ok(
      lines.some((line) => expected.test(line)),
      lines.slice(0, 3).join('\n').slice(0, 500),
    );
  });
}

test('JSON is accepted, and so is a document between markers', () => {
  const { balancer } = parseManifest(GOOD);
  assert.ok(balancer);
  assert.deepEqual(parseManifest(JSON.stringify(balancer)).balancer, balancer);
  assert.deepEqual(parseManifest(`---\n${GOOD}---\n`).balancer, balancer);
  assert.deepEqual(parseManifest(GOOD.replaceAll('\n', '\r\n')).balancer, balancer);
});

test('anchors and merge keys are interpreted as by kubectl', () => {
  const text = GOOD.replace(
    '  backends:',
    '  - {<<: &l {backend: web, timeouts: {idle: 5m}}, name: api, port: 81}\n  backends:',
  );
  assert.equal(parseManifest(text).balancer?.spec.listeners[1]?.timeouts.idle, '5m');
  const bad = text.replace('5m', '5x');
  assert.match(linesOf(bad)[0] ?? '', /^9: spec\.listeners\[1\]\.timeouts\.idle: "5x" is not a duration/);
});

test('one endpoint in two notations is reported with both lines', () => {
  const twice = `apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners: [{name: web, port: 80, backend: web}]
  backends:
  - name: web
    endpoints:
    - {address: "2001:db8::1", port: 8080}
    - {address: 192.0.2.1, port: 8080}
    - {address: "2001:DB8:0:0::1", port: 8080}
    - {address: "2001:DB8:0:0::1", port: 8081}
    - {address: "::ffff:192.0.2.1", port: 8080}
`;
  assert.deepEqual(linesOf(twice), [
    '11: spec.backends[0].endpoints[2]: "2001:DB8:0:0::1" port 8080 is the endpoint at spec.backends[0].endpoints[0] (line 9), "2001:db8::1", in another notation: remove one of them',
    '13: spec.backends[0].endpoints[4]: "::ffff:192.0.2.1" port 8080 is the endpoint at spec.backends[0].endpoints[1] (line 10), "192.0.2.1", in another notation: remove one of them',
  ]);
});
