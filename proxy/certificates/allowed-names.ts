import type { AltName } from './alt-names.ts';

/** Which clients may connect, by the names in their certificates. */
export type IsAllowedName = (name: AltName) => boolean;

const isDns =
  (pattern: string): IsAllowedName =>
  ({ kind, value }) => {
    if (kind !== 'DNS') return false;
    const name = value.toLowerCase();
    if (!pattern.startsWith('*.')) return name === pattern;
    const dot = name.indexOf('.');
    return dot > 0 && name.slice(dot) === pattern.slice(1);
  };

/** The part before the @ is a matter of the mail server; hosts are not told apart by case. */
const isEmail = (pattern: string): IsAllowedName => {
  const at = pattern.lastIndexOf('@');
  const [user, host] = [pattern.slice(0, at), pattern.slice(at + 1).toLowerCase()];
  return ({ kind, value }) => {
    const split = value.lastIndexOf('@');
    if (kind !== 'email' || split <= 0 || value.slice(split + 1).toLowerCase() !== host) return false;
    return user === '*' || value.slice(0, split) === user;
  };
};

const isUri =
  (pattern: string): IsAllowedName =>
  ({ kind, value }) => {
    if (kind !== 'URI') return false;
    // A segment `..` could lead out of the path that was meant.
    const isBelow = pattern.endsWith('/*') && value.startsWith(pattern.slice(0, -1));
    return value === pattern || (isBelow && !value.split(/[/?#]/).includes('..'));
  };

/**
 * A pattern of names: a DNS name or `*.` for one label more; an address of e-mail, or `*@` for all of a host;
 * a URI, or one that ends in `/*` for all below.
 */
export const allowedName = (pattern: string): IsAllowedName => {
  if (pattern.includes('://')) return isUri(pattern);
  return pattern.includes('@') ? isEmail(pattern) : isDns(pattern.toLowerCase());
};
