import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cpuWithEnded,
  familyOf,
  type ProcessStat,
  parseMachineTime,
  parseProcessStat,
  parseResident,
  parseSchedstat,
} from './measure/processes.ts';

const line = (name: string): string =>
  `4242 (${name}) S 17 4242 4242 0 -1 4194560 900 80 0 0 123 45 6 7 20 0 3 0 1000 9000 300 1844 1 1 0 0`;

test('times of a process are in seconds, and its name may contain any characters', () => {
  for (const name of ['nginx', 'nginx: worker process', 'a) S 1 (b', ''])
    assert.deepEqual(
      parseProcessStat(line(name)),
      { pid: 4242, parent: 17, cpuSeconds: 1.68, childrenSeconds: 0.13 },
      name,
    );
});

test('a malformed stat line is ignored', () => {
  for (const text of ['', 'nonsense', '12 (cut', '12 (cut) S 1 2'])
    assert.equal(parseProcessStat(text), undefined);
});

const stat = (pid: number, parent: number, cpuSeconds = 1, childrenSeconds = 10): ProcessStat => ({
  pid,
  parent,
  cpuSeconds,
  childrenSeconds,
});

test('a family is a process with all its descendants, in whatever order they are listed', () => {
  const all = [stat(5, 4), stat(4, 2), stat(9, 1), stat(3, 2), stat(2, 1), stat(1, 0)];
  const pids = (list: readonly ProcessStat[]) => familyOf(list, 2).map(({ pid }) => pid);
  assert.deepEqual(pids(all).sort(), [2, 3, 4, 5]);
  assert.deepEqual(pids(all.toReversed()).sort(), [2, 3, 4, 5]);
  assert.deepEqual(familyOf(all, 77), []);
});

test('the processor time of a family includes that of ended children', () => {
  const family = [stat(1, 0, 1.5, 10), stat(2, 1, 2, 0.5)];
  assert.equal(cpuWithEnded(family), 14);
});

test('stolen time counts as busy, waiting for a disk as idle, and guest time only once', () => {
  const text = 'cpu  100 200 300 4000 500 60 70 70 90 10\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  assert.deepEqual(parseMachineTime(text), { busy: 8, total: 53 });
});

test('resident memory is in bytes, and 0 for a process without any', () => {
  assert.equal(parseResident('Name:\tx\nVmRSS:\t    2048 kB\nRssAnon:\t 1 kB\n'), 2_097_152);
  assert.equal(parseResident('Name:\tkthreadd\n'), 0);
});

test('the time of a thread is parsed from nanoseconds, and 0 if there is none', () => {
  assert.equal(parseSchedstat('1500000000 77 12\n'), 1.5);
  assert.equal(parseSchedstat(''), 0);
});
