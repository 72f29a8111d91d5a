import type { Fields } from './draft.ts';
import { listIn, type RawObject, recordIn, textIn } from './kubernetes.ts';

/** The fields of a listener that stand for the middlewares of a route. */
export const middlewareSpec = (
  route: unknown,
  { namespace }: RawObject,
  objects: readonly RawObject[],
  note: (message: string) => void,
): Fields => {
  let spec: Fields = {};
  for (const reference of listIn(route, 'middlewares')) {
    const name = textIn(reference, 'name') ?? '';
    const found = objects.find(
      (one) =>
        one.kind === 'MiddlewareTCP' &&
        one.name === name &&
        (one.namespace ?? namespace) === (textIn(reference, 'namespace') ?? namespace),
    );
    if (found === undefined) {
      note(`MiddlewareTCP ${name} is not among the input, so that what it does is left out`);
      continue;
    }
    const content = recordIn(found.content, 'spec');
    for (const [kind, value] of Object.entries(content)) {
      const ranges = listIn(value, 'sourceRange').map(String);
      const amount = Number((value as Fields | null)?.amount);
      if ((kind === 'ipAllowList' || kind === 'ipWhiteList') && ranges.length > 0)
        spec = { ...spec, sources: { allow: ranges } };
      else if (kind === 'inFlightConn' && amount >= 1)
        spec = { ...spec, limits: { connectionsPerSource: amount } };
      else note(`${kind} of MiddlewareTCP ${name} has no counterpart`);
    }
  }
  return spec;
};
