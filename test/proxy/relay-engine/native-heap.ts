import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import koffi from 'koffi';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const FIELDS = [
  'arena',
  'ordblks',
  'smblks',
  'hblks',
  'hblkhd',
  'usmblks',
  'fsmblks',
  'uordblks',
  'fordblks',
];

const MALLINFO = koffi.struct('mallinfo2', {
  ...Object.fromEntries(FIELDS.map((field) => [field, 'size_t'])),
  keepcost: 'size_t',
});

/**
 * Bytes that this process has allocated by malloc and not freed: resident memory says less, and later. Node
 * has the memory that an acceptor shares, some 60 MiB, until its garbage is collected.
 */
export const nativeHeap = (): number => {
  collectGarbage();
  const { uordblks } = (koffi.load(null).func('mallinfo2', MALLINFO, []) as () => { uordblks: number })();
  return Number(uordblks);
};
