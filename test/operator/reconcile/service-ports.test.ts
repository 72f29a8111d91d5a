import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedFields } from '../../../operator/reconcile/applied-fields.ts';
import { exactPorts } from '../../../operator/reconcile/service-ports.ts';

const web = { name: 'web', port: 8080, protocol: 'TCP', targetPort: 8080 };
const service = (...ports: readonly object[]) => ({ spec: { ports } });

test('a Service with the right ports, or too few, is left to server-side apply', () => {
  assert.equal(exactPorts(service({ ...web, nodePort: 30001 }), service(web)), undefined);
  assert.equal(exactPorts(service(), service(web)), undefined);
  assert.equal(exactPorts(undefined, service(web)), undefined);
});

test('an unwanted port is removed, and what the API server chose for the other ports is kept', () => {
  const extra = { name: 'admin', port: 9901, protocol: 'TCP', targetPort: 9901 };
  assert.deepEqual(exactPorts(service({ ...web, nodePort: 30001 }, extra), service(web)), [
    { ...web, nodePort: 30001 },
  ]);
});

test('a port that was changed by hand is changed back', () => {
  assert.deepEqual(exactPorts(service({ ...web, port: 8181 }), service(web)), [web]);
});

test('the same number with another protocol is another port', () => {
  assert.deepEqual(exactPorts(service(web, { ...web, name: 'u', protocol: 'UDP' }), service(web)), [web]);
});

test('an extra port counts as a change of a Service, but not of a container', () => {
  const applied = { ports: [web] };
  const more = { ports: [web, { name: 'x', port: 1, protocol: 'TCP' }] };
  assert.notDeepEqual(appliedFields(more, applied), appliedFields(applied, applied));
  const container = { ports: [{ containerPort: 9901, protocol: 'TCP' }] };
  const injected = { ports: [...container.ports, { containerPort: 1, protocol: 'TCP' }] };
  assert.deepEqual(appliedFields(injected, container), appliedFields(container, container));
});
