import { isRecord } from '../../crds/normalise.ts';
import type { Fields } from './draft.ts';
import { listIn, type RawObject, recordIn, textIn } from './kubernetes.ts';
import { portOf } from './spelling.ts';

/** The port of `:8443`, `0.0.0.0:53/udp` or `[::]:80/tcp`. */
const portIn = (address: string): number | undefined =>
  portOf(/:([0-9]+)(?:\/(?:tcp|udp))?$/i.exec(address)?.[1] ?? '');

const FLAG = /^--entry[pP]oints?\.([^.=]+)\.address=(.+)$/;

/**
 * The ports of entry points as far as they are known: of a static configuration, of the values of Traefik's
 * chart, and of the flags of a workload that runs it.
 */
export const entryPointsIn = (
  objects: readonly RawObject[],
  others: readonly Fields[],
): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  const add = (name: string, port: number | undefined): void => {
    if (port !== undefined) found.set(name, port);
  };
  for (const other of others) {
    for (const [name, one] of Object.entries(recordIn(other, 'entryPoints')))
      add(name, portIn(textIn(one, 'address') ?? ''));
    for (const [name, one] of Object.entries(recordIn(other, 'ports'))) {
      const port = isRecord(one) ? (one.exposedPort ?? one.port) : undefined;
      add(name, portOf(String(port)));
    }
  }
  for (const { content } of objects) {
    const pod = recordIn(recordIn(recordIn(content, 'spec'), 'template'), 'spec');
    for (const container of listIn(pod, 'containers'))
      for (const arg of [...listIn(container, 'command'), ...listIn(container, 'args')]) {
        const [, name, address = ''] = FLAG.exec(String(arg)) ?? [];
        if (name !== undefined) add(name, portIn(address));
      }
  }
  return found;
};
