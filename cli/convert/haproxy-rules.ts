import { type Fields, given } from './draft.ts';
import { lineOf, type ProxySection } from './haproxy.ts';
import type { Line } from './haproxy-syntax.ts';

/** A test of an ACL: what it reads, how it compares, and with what. */
interface Criterion {
  readonly fetch: string;
  readonly method: string;
  readonly values: readonly string[];
}

const criterionOf = ([fetch = '', ...words]: readonly string[]): Criterion => {
  let method = 'str';
  const values: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-m') method = words[++at] ?? '';
    else if (word === '--') return { fetch, method, values: [...values, ...words.slice(at + 1)] };
    else if (word !== '-i' && word !== '-n') values.push(word);
  }
  return { fetch, method, values };
};

/**
 * The tests of a condition that are joined by `or`: inline ones, and ACLs by their names. Undefined if it has
 * more than that.
 */
const criteriaOf = (condition: readonly string[], proxy: ProxySection): readonly Criterion[] | undefined => {
  const found: Criterion[] = [];
  for (let at = 0; at < condition.length; at++) {
    const word = condition[at] ?? '';
    if (word === '||' || word === 'or') continue;
    // Two tests one after the other must both be met.
    const before = condition[at - 1];
    if (at > 0 && before !== '||' && before !== 'or') return undefined;
    if (word === '{') {
      const end = condition.indexOf('}', at);
      if (end < 0) return undefined;
      found.push(criterionOf(condition.slice(at + 1, end)));
      at = end;
      const next = condition[end + 1];
      if (next !== undefined && next !== '||' && next !== 'or') return undefined;
      if (next !== undefined) at++;
      continue;
    }
    const lines = [...proxy.inherited, ...proxy.lines].filter(
      ({ words }) => words[0] === 'acl' && words[1] === word,
    );
    if (lines.length === 0) return undefined;
    found.push(...lines.map(({ words }) => criterionOf(words.slice(2))));
  }
  return found.length === 0 ? undefined : found;
};

const SNI = /^req(\.|_)ssl_sni(,lower)?$/;
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The host names that a condition of a `use_backend` is for; undefined if it is about anything else. */
export const hostsOf = (condition: readonly string[], proxy: ProxySection): readonly string[] | undefined => {
  if (condition[0] !== 'if') return undefined;
  const criteria = criteriaOf(condition.slice(1), proxy);
  const hosts = criteria?.map(({ fetch, method, values }) => {
    if (!SNI.test(fetch)) return undefined;
    const names = values.map((value) => {
      const name = value.toLowerCase();
      if (method === 'str') return HOST.test(name) ? name : undefined;
      return method === 'end' && name.startsWith('.') && HOST.test(name.slice(1)) ? `*${name}` : undefined;
    });
    return names.includes(undefined) ? undefined : (names as readonly string[]);
  });
  return hosts === undefined || hosts.includes(undefined) ? undefined : hosts.flatMap((one) => one ?? []);
};

const RANGE = /^[0-9a-fA-F.:]+(\/[0-9]+)?$/;

/** Who may connect, from rules on `src`; notes the rules that are about anything else. */
export const sourcesOf = (
  proxy: ProxySection,
  note: (line: Line, message: string) => void,
): Fields | undefined => {
  const [allow, deny]: [string[], string[]] = [[], []];
  const routes = lineOf(proxy, 'use_backend') !== undefined;
  for (const line of proxy.lines) {
    const [first, when, action, ...condition] = line.words;
    if (first !== 'tcp-request' || when === 'inspect-delay') continue;
    // Waits for the first message of TLS, as a listener with routes does.
    if (routes && when === 'content' && action === 'accept' && /ssl_hello_type/.test(condition.join(' ')))
      continue;
    const [keyword = '', ...rest] = condition;
    const negated = keyword === 'unless' || rest[0]?.startsWith('!');
    const tests = rest
      .map((word, at) => (at === 0 ? word.replace(/^!/, '') : word))
      .filter((word) => word !== '');
    const criteria = criteriaOf(tests, proxy);
    const ranges = criteria?.flatMap(({ fetch, values }) => (fetch === 'src' ? values : ['?'])) ?? ['?'];
    const isDouble = keyword === 'unless' && rest[0]?.startsWith('!');
    if (action !== 'reject' || isDouble || !ranges.every((range) => RANGE.test(range))) {
      note(line, `${line.words.join(' ')} has no counterpart`);
      continue;
    }
    (negated ? allow : deny).push(...ranges);
  }
  const found = given({
    allow: allow.length === 0 ? undefined : [...new Set(allow)],
    deny: deny.length === 0 ? undefined : [...new Set(deny)],
  });
  return Object.keys(found).length === 0 ? undefined : found;
};
