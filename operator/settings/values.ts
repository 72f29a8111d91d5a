import { FLAGS, type Flag, type FlagName } from './flags.ts';
import type { Environment } from './settings.ts';

/** Gives the value of a setting; notes a problem, and gives undefined, when it cannot be parsed. */
export type ReadValue = <T>(
  name: FlagName,
  parse: (text: string) => T | undefined,
  expected: string,
) => T | undefined;

/** Reads from the flags that were given, then from the environment, where an empty variable is unset. */
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

/** One of these texts. */
export const oneOf =
  <T extends string>(allowed: readonly T[]) =>
  (text: string): T | undefined =>
    allowed.find((one) => one === text);

export const imageName = (text: string): string | undefined =>
  /^[A-Za-z0-9][!-~]*$/.test(text) && !text.includes('://') ? text : undefined;

export const booleanOf = (text: string): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;

/** A whole number from 1. */
export const integerUpTo =
  (most: number) =>
  (text: string): number | undefined => {
    const number = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= most ? number : undefined;
  };
