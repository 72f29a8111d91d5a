/** A readable number: at least three significant digits, with separators between thousands. */
export const number = (value: number): string => {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? ',' : '');
};

/** A count; only a median between two integers has a fraction. */
export const count = (value: number): string =>
  Number.isInteger(value) && value < 1000 ? String(value) : number(value);

/** A range, or one number if both ends are displayed alike. */
export const range = (min: number, max: number, show: (value: number) => string = number): string => {
  const [low, high] = [show(min), show(max)];
  return low === high ? low : `${low}–${high}`;
};

/** A share of 1 as a percentage. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
