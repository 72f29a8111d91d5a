import { text } from '@optique/core/message';
import type { ValueParser } from '@optique/core/valueparser';

export interface EntryPoint {
  readonly name: string;
  readonly port: number;
}

/** `NAME=PORT`: the port of an entry point of Traefik. */
export const entryPoint: ValueParser<'sync', EntryPoint> = {
  mode: 'sync',
  metavar: 'NAME=PORT',
  placeholder: { name: '', port: 0 },
  format: ({ name, port }) => `${name}=${port}`,
  parse(input) {
    const [, name, digits] = /^([^=]+)=([0-9]{1,5})$/.exec(input) ?? [];
    const port = Number(digits);
    return name !== undefined && port >= 1 && port <= 65535
      ? { success: true, value: { name, port } }
      : {
          success: false,
          error: [text(`"${input}" is no entry point with its port, such as postgres=5432`)],
        };
  },
};
