import { isIP } from 'node:net';
import { addressKind } from '../../crds/ip-address.ts';
import type { FoundService } from './draft.ts';

const LONGEST = 60;

/** A name of the resource's form that resembles a text, and that is not taken; it becomes taken. */
export const nameFrom = (text: string, taken: Set<string>): string => {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  const start = /^[a-z]/.test(plain) ? plain : `n-${plain}`.replace(/-$/, '');
  for (let at = 1; ; at++) {
    const name = at === 1 ? start : `${start.slice(0, LONGEST - String(at).length - 1)}-${at}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
};

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Milliseconds as a duration of the resource, within the bounds of its field. */
export const duration = (ms: number, leastMs: number, mostMs: number): string => {
  const bounded = Math.min(mostMs, Math.max(leastMs, Math.round(ms)));
  const unit = UNITS.find(([, length]) => bounded >= length && bounded % length === 0);
  return unit === undefined ? `${bounded}ms` : `${bounded / unit[1]}${unit[0]}`;
};

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** The idle limit of a listener: 1s to 168h. */
export const idle = (ms: number): string => duration(ms, SECOND, 168 * HOUR);

export const portOf = (text: string): number | undefined =>
  /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535 ? Number(text) : undefined;

/** Where a server is: an address, a Service by its name in the cluster's DNS, or another name. */
export type Host =
  | { readonly kind: 'Address'; readonly address: string }
  | { readonly kind: 'Service'; readonly service: Omit<FoundService, 'port'> }
  | { readonly kind: 'Unusable'; readonly why: string };

const SERVICE = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)\.([a-z0-9]([-a-z0-9]*[a-z0-9])?)\.svc(\.[-.a-z0-9]+)?\.?$/;

export const hostOf = (text: string): Host => {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0)
    return addressKind(bare) === 'unicast'
      ? { kind: 'Address', address: bare }
      : { kind: 'Unusable', why: `no connection to ${bare} is possible` };
  const [, name, , namespace] = SERVICE.exec(bare) ?? [];
  if (name !== undefined && namespace !== undefined) return { kind: 'Service', service: { name, namespace } };
  return {
    kind: 'Unusable',
    why: `"${bare}" is a host name, and names are not resolved: write its address, or the Service that has it`,
  };
};

/** `host:port`, `[v6]:port` or a host alone. */
export const splitHost = (text: string): { readonly host: string; readonly port: string | undefined } => {
  const [, six, sixPort] = /^(\[[^\]]*\])(?::(.*))?$/.exec(text) ?? [];
  if (six !== undefined) return { host: six, port: sixPort };
  const colon = text.lastIndexOf(':');
  if (colon < 0 || isIP(text) === 6) return { host: text, port: undefined };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
};
