import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import koffi from 'koffi';
import { memoryTrimmer } from '../../../proxy/sys/trim-memory.ts';

const MIB = 2 ** 20;
const BLOCK = 16 * 1024;

/** Memory of this process's own, without files. */
const anonymous = (): number =>
  Number(/^Anonymous:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1]) * 1024;

test('memory that the C library keeps is given back to the system', () => {
  const libc = koffi.load(null);
  const malloc = libc.func('malloc', 'uintptr_t', ['ulong']);
  const memset = libc.func('memset', 'uintptr_t', ['uintptr_t', 'int', 'ulong']);
  const free = libc.func('free', 'void', ['uintptr_t']);
  const trim = memoryTrimmer();
  const blocks = Array.from({ length: 64 * (MIB / BLOCK) }, () => malloc(BLOCK));
  for (const block of blocks) memset(block, 1, BLOCK);
  // Behind all others there is one in use, so that the library gives nothing back by itself.
  const isKept = (index: number): boolean => index % 64 === 0 || index === blocks.length - 1;
  for (const [index, block] of blocks.entries()) if (!isKept(index)) free(block);
  const before = anonymous();
  trim();
  const given = before - anonymous();
  for (const [index, block] of blocks.entries()) if (isKept(index)) free(block);
  assert.ok(given > 32 * MIB, `${(given / MIB).toFixed(1)} of 64 MiB were given back`);
});
