import { otlp } from '../../crds/otlp.ts';
import { FLAGS, type Flag, type FlagName } from './flags.ts';
import type { Environment } from './settings.ts';

/** Returns the value of a setting. If it cannot be parsed, adds a problem and returns undefined. */
export type ReadValue = <T>(
  name: FlagName,
  parse: (text: string) => T | undefined,
  expected: string,
) => T | undefined;

/** Reads from the flags, then from the environment, in which an empty variable counts as unset. */
export const valueReader =
  (given: ReadonlyMap<FlagName, string>, env: Environment, problems: string[]): ReadValue =>
  (name, parse, expected) => {
    const { flag, variable, fallback }: Flag = FLAGS[name];
    const fromFlag = given.get(name);
    const fromVariable = env[variable]?.trim() || undefined;
    const text = fromFlag ?? fromVariable ?? fallback;
    if (text === undefined) return undefined;
    const parsed = parse(text);
    const where = fromFlag === undefined && fromVariable !== undefined ? variable : flag;
    if (parsed === undefined) problems.push(`${where}: expected ${expected}, found ${JSON.stringify(text)}`);
    return parsed;
  };

/** One of the allowed texts. */
export const oneOf =
  <T extends string>(allowed: readonly T[]) =>
  (text: string): T | undefined =>
    allowed.find((one) => one === text);

export const imageName = (text: string): string | undefined =>
  /^[A-Za-z0-9][!-~]*$/.test(text) && !text.includes('://') ? text : undefined;

/** The same URLs as in spec.otlp of an L4Balancer. */
export const collectorUrl = (text: string): string | undefined =>
  otlp.shape.endpoint.safeParse(text).success ? text : undefined;

export const booleanOf = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

/** An integer from 1 to `most`. */
export const integerUpTo =
  (most: number) =>
  (text: string): number | undefined => {
    const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= most ? number : undefined;
  };
