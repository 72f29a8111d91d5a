type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A longer copy of an array of numbers; what is new is 0. */
export const enlarged = <T extends Numbers>(old: T, length: number): T => {
  const grown = new (old.constructor as new (length: number) => T)(length);
  grown.set(old);
  return grown;
};
