import koffi from 'koffi';

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

/** Bytes that this process has allocated by malloc and not freed: resident memory says less, and later. */
export const nativeHeap = (): number => {
  const { uordblks } = (koffi.load(null).func('mallinfo2', MALLINFO, []) as () => { uordblks: number })();
  return Number(uordblks);
};
