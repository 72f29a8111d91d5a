/** A Kubernetes resource quantity as the schema admits it: an integer, or a string with a unit. */
export type Quantity = number | string;

const UNITS: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};
const FORM = /^([0-9]{1,15})(?:\.([0-9]{1,9}))?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

// Integer part and fraction are scaled separately: 1.1 * 1000 as one product of floats is 1100.0000000000002,
// which would round up.
const scaled = (quantity: Quantity, scale: number): number => {
  const parts = FORM.exec(String(quantity));
  if (!parts) {
    throw new RangeError(
      `"${quantity}" is not a quantity: expected a number with an optional unit, such as 500m or 4Gi`,
    );
  }
  const [, whole = '', fraction = '', unit = ''] = parts;
  const factor = (UNITS[unit] ?? 1) * scale;
  const wholePart = Number(whole) * factor;
  const fractionPart = (Number(fraction || '0') * factor) / 10 ** fraction.length;
  return Math.ceil(Number((wholePart + fractionPart).toPrecision(15)));
};

/**
 * Thousandths of a CPU core, rounded up as Kubernetes does: `4` is 4000, `"500m"` is 500. Throws a RangeError
 * for any other text.
 */
export const cpuMillis = (quantity: Quantity): number => scaled(quantity, 1000);

/**
 * Bytes, rounded up as Kubernetes does: `4Gi` is 4294967296, `1k` is 1000. Throws a RangeError for any other
 * text.
 */
export const bytes = (quantity: Quantity): number => scaled(quantity, 1);

/** Whether two quantities are the same amount; false if one of them is not a quantity. */
export const equalQuantities = (a: Quantity, b: Quantity): boolean =>
  FORM.test(String(a)) && FORM.test(String(b)) && cpuMillis(a) === cpuMillis(b);
