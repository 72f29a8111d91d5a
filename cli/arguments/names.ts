import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

/** Finds the names of balancers that begin with a text; none if the cluster cannot be asked. */
export type Lookup = (prefix: string) => Promise<readonly string[]>;

/** The form of the name of any object with a DNS subdomain as its name. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** The name of a balancer; completion offers those that exist. */
export const nameOf = (lookup: Lookup): ValueParser<'async', string> => ({
  mode: 'async',
  metavar: 'NAME',
  placeholder: '',
  format: (name) => name,
  async parse(input) {
    return NAME.test(input) && input.length <= 253
      ? { success: true, value: input }
      : {
          success: false,
          error: [text(`"${input}" is no name of a balancer: it may contain a to z, 0 to 9, - and .`)],
        };
  },
  async *suggest(prefix) {
    for (const name of await lookup(prefix)) yield { kind: 'literal', text: name };
  },
});
