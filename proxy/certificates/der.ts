/** A value of DER: its tag, where its content lies, and where it begins and ends with its head. */
export interface DerValue {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly at: number;
  readonly end: number;
}

export const DER = {
  Integer: 2,
  BitString: 3,
  Oid: 6,
  UtcTime: 23,
  GeneralizedTime: 24,
  Sequence: 48,
} as const;

/** The value that begins at `begin`; undefined if it does not end before `most`. */
const readValue = (bytes: Uint8Array, begin: number, most: number): DerValue | undefined => {
  if (begin + 2 > most) return undefined;
  const first = bytes[begin + 1] as number;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (extra > 4 || (first >= 0x80 && extra === 0) || begin + 2 + extra > most) return undefined;
  let length = extra === 0 ? first : 0;
  for (let i = 0; i < extra; i++) length = length * 256 + (bytes[begin + 2 + i] as number);
  const at = begin + 2 + extra;
  return at + length > most ? undefined : { tag: bytes[begin] as number, bytes, begin, at, end: at + length };
};

/** The only value of these bytes; undefined if there is another one, or none. */
export const derValue = (bytes: Uint8Array): DerValue | undefined => {
  const value = readValue(bytes, 0, bytes.length);
  return value?.end === bytes.length ? value : undefined;
};

/** The values within one, in their order; undefined if they do not fill it exactly. */
export const derParts = (whole: DerValue): readonly DerValue[] | undefined => {
  const parts: DerValue[] = [];
  for (let at = whole.at; at < whole.end; ) {
    const part = readValue(whole.bytes, at, whole.end);
    if (part === undefined) return undefined;
    parts.push(part);
    at = part.end;
  }
  return parts;
};

/** A value as it is written, with its head. */
export const derBytes = ({ bytes, begin, end }: DerValue): Uint8Array => bytes.subarray(begin, end);

/** What is in a value. */
export const derContent = ({ bytes, at, end }: DerValue): Uint8Array => bytes.subarray(at, end);

const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/** Milliseconds since 1970 of a time; undefined if it is none. */
export const derTime = (value: DerValue): number | undefined => {
  const isShort = value.tag === DER.UtcTime;
  if (!isShort && value.tag !== DER.GeneralizedTime) return undefined;
  const parts = TIME.exec(Buffer.from(derContent(value)).toString('latin1'));
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const full = isShort ? year + (year < 50 ? 2000 : 1900) : year;
  return Date.UTC(full, month - 1, day, hour, minute, second);
};
