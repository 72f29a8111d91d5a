import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitLocal } from '../../../operator/fleet/admit-local.ts';

const HOSTS: readonly (readonly [string | undefined, boolean])[] = [
  ['localhost', true],
  ['LOCALHOST:1', true],
  ['127.0.0.1:8082', true],
  ['[::1]:8082', true],
  [undefined, false],
  ['', false],
  ['rebound.example', false],
  ['localhost.rebound.example:8082', false],
  ['127.0.0.1.rebound.example', false],
  ['127.0.0.2:8082', false],
  ['localhost:8082@rebound.example', false],
  ['[::1', false],
];

for (const [host, isAdmitted] of HOSTS)
  test(`a request for the host ${host} is ${isAdmitted ? 'admitted' : 'refused'}`, () => {
    const admission = admitLocal(host === undefined ? {} : { host });
    assert.equal(admission.kind, isAdmitted ? 'Admitted' : 'Refused');
  });

for (const [site, isAdmitted] of [
  ['same-origin', true],
  ['none', true],
  ['same-site', false],
  ['cross-site', false],
] as const)
  test(`a request of a browser from ${site} is ${isAdmitted ? 'admitted' : 'refused'}`, () => {
    const { kind } = admitLocal({ host: 'localhost:8082', 'sec-fetch-site': site });
    assert.equal(kind, isAdmitted ? 'Admitted' : 'Refused');
  });
