/**
 * The kind of an address; `none` if the text is not an address. Link-local IPv6 addresses are a kind of their
 * own because they are useless without an interface, which none of our fields can name; link-local IPv4
 * addresses work as unicast.
 */
export type AddressKind = 'unicast' | 'unspecified' | 'multicast' | 'broadcast' | 'link-local' | 'none';

const V4_PART = /^(0|[1-9][0-9]{0,2})$/;
const V6_PART = /^[0-9A-Fa-f]{1,4}$/;

/**
 * Kind of an IPv4 or IPv6 address. As strict as Kubernetes: no leading zeros, no zone, no port, no
 * IPv4-mapped IPv6 (`::ffff:192.0.2.1`, see `unmapped`).
 */
export const addressKind = (text: string): AddressKind => {
  if (text.includes(':')) {
    const groups = v6Groups(text);
    return groups === undefined ? 'none' : kindOfV6(groups);
  }
  const bytes = v4Bytes(text);
  return bytes === undefined ? 'none' : kindOfV4(bytes);
};

const kindOfV4 = (bytes: readonly number[]): AddressKind => {
  const [first = 0] = bytes;
  if (bytes.every((byte) => byte === 0)) return 'unspecified';
  if (bytes.every((byte) => byte === 255)) return 'broadcast';
  return first >= 224 && first < 240 ? 'multicast' : 'unicast';
};

const kindOfV6 = (groups: readonly number[]): AddressKind => {
  if (groups.every((group) => group === 0)) return 'unspecified';
  const isMappedV4 = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMappedV4) return 'none';
  const [first = 0] = groups;
  if (first >> 6 === 0xfe80 >> 6) return 'link-local';
  return first >> 8 === 0xff ? 'multicast' : 'unicast';
};

const v4Bytes = (text: string): readonly number[] | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => V4_PART.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
};

/** The eight groups; `::` expands to at least one zero group; the last two groups may be written as IPv4. */
export const v6Groups = (text: string): readonly number[] | undefined => {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groupsOf(half, i === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 8 ? head : undefined;
  const zeros = 8 - head.length - tail.length;
  return zeros < 1 ? undefined : [...head, ...Array<number>(zeros).fill(0), ...tail];
};

const groupsOf = (half: string, isLast: boolean): readonly number[] | undefined => {
  if (half === '') return [];
  const parts = half.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (isLast && i === parts.length - 1 && part.includes('.')) {
      const v4 = v4Bytes(part);
      if (v4 === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = v4;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (V6_PART.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
};
