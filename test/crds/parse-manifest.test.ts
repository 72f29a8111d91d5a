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
  test(`${name} is good, and says in a comment what it is for`, () => {
    const text = readFileSync(new URL(name, SAMPLES), 'utf8');
    const { balancer, findings } = parseManifest(text);
    assert.deepEqual(findings, []);
    assert.ok(balancer);
    assert.match(text, /^# [A-Z].+/);
  });
}

test('findings carry the lines of the fields they speak of, in the order of the file', () => {
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
    '11: spec.listeners[1].backend: "wbe" names no entry of spec.backends; there are: web; did you mean "web"?',
    '16: spec.backends[0].endpoints[1].address: "10.0.0.300" is not an IP address; host names are not resolved, use a Service for those',
    '18: spec.backends[0].endpoints[1].wieght: is not a known field; did you mean weight?',
    '19: spec.backends[0].endpoints[2]: "10.0.0.1" port 80 is already given at spec.backends[0].endpoints[0] (line 15)',
  ]);
});

test('lines are right even where an entry before was left out of the comparison', () => {
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

test('what is missing is told at the line of what it is missing from', () => {
  const text = `${HEAD}spec:\n  backends:\n  - name: web\n    service:\n      name: web\n`;
  assert.deepEqual(linesOf(text), [
    '4: spec.listeners: is missing: expected a list',
    '7: spec.backends[0].service.port: is missing: expected a whole number or text',
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
    'a key twice',
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
    /^2: kind: "Service" is not known: expected L4Balancer$/,
  ],
  ['a kind left out', GOOD.replace('kind: L4Balancer\n', ''), /^1: kind: is missing: expected L4Balancer$/],
  ['nesting without end', `${HEAD}spec: ${'['.repeat(200_000)}`, /: (is not valid|cannot be read as) YAML: /],
  [
    'aliases that grow without end',
    `${HEAD}a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefgh', (c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefg'[i]}`)}]`).join('\n')}\n`,
    /cannot be read as YAML: Excessive alias count/,
  ],
  ['an alias of nothing', `${HEAD}spec: *nothing\n`, /YAML: Unresolved alias/],
  ['two megabytes', '#'.repeat(2_000_000), /has 2000000 characters: a manifest has at most 1500000$/],
  ['bytes that are no text', '\u0000\u0001\u0002', /YAML|is not an L4Balancer/],
];

for (const [what, text, expected] of REFUSED) {
  test(`${what} is refused with a reason`, () => {
    const { balancer } = parseManifest(text);
    assert.equal(balancer, undefined);
    const lines = linesOf(text);
    assert.ok(
      lines.some((line) => expected.test(line)),
      lines.slice(0, 3).join('\n').slice(0, 500),
    );
  });
}

test('JSON is read as well, and so is a document between markers', () => {
  const { balancer } = parseManifest(GOOD);
  assert.ok(balancer);
  assert.deepEqual(parseManifest(JSON.stringify(balancer)).balancer, balancer);
  assert.deepEqual(parseManifest(`---\n${GOOD}---\n`).balancer, balancer);
  assert.deepEqual(parseManifest(GOOD.replaceAll('\n', '\r\n')).balancer, balancer);
});

test('anchors and merge keys mean what they mean to kubectl', () => {
  const text = GOOD.replace(
    '  backends:',
    '  - {<<: &l {backend: web, timeouts: {idle: 5m}}, name: api, port: 81}\n  backends:',
  );
  assert.equal(parseManifest(text).balancer?.spec.listeners[1]?.timeouts.idle, '5m');
  const bad = text.replace('5m', '5x');
  assert.match(linesOf(bad)[0] ?? '', /^9: spec\.listeners\[1\]\.timeouts\.idle: "5x" is not a duration/);
});

test('one endpoint in two spellings is told with both lines', () => {
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
    '11: spec.backends[0].endpoints[2]: "2001:DB8:0:0::1" port 8080 is the endpoint at spec.backends[0].endpoints[0] (line 9), "2001:db8::1", in another spelling: leave one out',
    '13: spec.backends[0].endpoints[4]: "::ffff:192.0.2.1" port 8080 is the endpoint at spec.backends[0].endpoints[1] (line 10), "192.0.2.1", in another spelling: leave one out',
  ]);
});
