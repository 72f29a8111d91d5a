import { cidrProblem } from '../../crds/cidr.ts';
import { DURATION_FORM, durationMs } from '../../crds/duration.ts';
import { buildAddressSet } from '../address-set/build.ts';
import { type ConnectionQuery, ORDERS, type Order } from '../engine/open-connections.ts';

const FILTERS = ['listener', 'backend', 'endpoint', 'client'] as const;
const SINGLE = ['older-than', 'sort', 'limit'] as const;
const PARAMETERS: readonly string[] = [...FILTERS, ...SINGLE];
/** The most values of one filter, and the most connections of an answer. */
const MOST_VALUES = 64;
const MOST_LISTED = 1000;
const USUAL = 100;
const DURATION = new RegExp(DURATION_FORM);

const shown = (value: string): string => JSON.stringify(value.slice(0, 80));

const isOrder = (text: string): text is Order => ORDERS.some((order) => order === text);

const problemOf = (query: URLSearchParams): string | undefined => {
  for (const name of query.keys())
    if (!PARAMETERS.includes(name))
      return `unknown parameter ${shown(name)}; there are ${PARAMETERS.join(', ')}`;
  for (const name of SINGLE) if (query.getAll(name).length > 1) return `${name} is given more than once`;
  for (const name of FILTERS)
    if (query.getAll(name).length > MOST_VALUES) return `${name} is given more than ${MOST_VALUES} times`;
  const wrong = query.getAll('client').find((one) => cidrProblem(one) !== undefined);
  if (wrong !== undefined) return `client=${wrong.slice(0, 80)}: ${cidrProblem(wrong.slice(0, 80))}`;
  const older = query.get('older-than');
  if (older !== null && !DURATION.test(older))
    return `older-than=${shown(older)} is no duration, such as 30s or 1h30m`;
  const sort = query.get('sort');
  if (sort !== null && !isOrder(sort)) return `sort=${shown(sort)} is none of ${ORDERS.join(', ')}`;
  const limit = query.get('limit');
  if (limit !== null && !(/^[0-9]{1,4}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MOST_LISTED))
    return `limit=${shown(limit)} is no integer from 1 to ${MOST_LISTED}`;
  return undefined;
};

/** Reads the parameters of /connections; a text says what is wrong with them, if anything is. */
export const readConnectionQuery = (query: URLSearchParams): ConnectionQuery | string => {
  const problem = problemOf(query);
  if (problem !== undefined) return problem;
  const clients = query.getAll('client');
  const sort = query.get('sort') ?? 'age';
  return {
    listeners: query.getAll('listener'),
    backends: query.getAll('backend'),
    endpoints: query.getAll('endpoint'),
    clients: clients.length === 0 ? undefined : buildAddressSet(clients),
    olderThanMs: durationMs(query.get('older-than') ?? '0s'),
    order: isOrder(sort) ? sort : 'age',
    most: Number(query.get('limit') ?? USUAL),
  };
};
