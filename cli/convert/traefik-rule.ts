/** What a rule of Traefik matches, as far as a route of the resource can. */
export interface Rule {
  /** `*` for all. */
  readonly hostnames: readonly string[];
  readonly alpn: readonly string[];
  readonly clients: readonly string[];
}

const CALL =
  /\s*(!?)\s*([A-Za-z]+)\(\s*((?:`[^`]*`|"[^"]*")(?:\s*,\s*(?:`[^`]*`|"[^"]*"))*)\s*\)\s*(&&|\|\||$)/gy;

/**
 * Reads a rule of an IngressRouteTCP: HostSNI, ALPN and ClientIP, several of the same kind joined by `||`,
 * different ones by `&&`. Undefined for anything else.
 */
export const parseRule = (text: string): Rule | undefined => {
  const found: Record<string, string[]> = { HostSNI: [], ALPN: [], ClientIP: [] };
  let before: { readonly name: string; readonly joint: string } | undefined;
  let end = 0;
  for (const [whole, not, name = '', list = '', joint = ''] of text.matchAll(CALL)) {
    const values = found[name];
    if (not !== '' || values === undefined) return undefined;
    // A || B && C would need parentheses to be understood: the kinds must come one after the other.
    if (before !== undefined && (before.joint === '||') !== (before.name === name)) return undefined;
    if (before?.joint === '&&' && values.length > 0) return undefined;
    values.push(...[...list.matchAll(/[`"]([^`"]*)[`"]/g)].map(([, value = '']) => value));
    before = { name, joint };
    end += whole.length;
  }
  if (end !== text.length || before === undefined || before.joint !== '') return undefined;
  const { HostSNI: hosts = [], ALPN: alpn = [], ClientIP: clients = [] } = found;
  return { hostnames: hosts.length === 0 ? ['*'] : hosts.map((one) => one.toLowerCase()), alpn, clients };
};
