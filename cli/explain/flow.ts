import type { Request } from '../arguments/request.ts';

export type ExplainRequest = Extract<Request, { readonly command: 'explain' }>;

/** A client, as the arguments describe it. */
export type AskedClient = Pick<ExplainRequest, 'from' | 'to' | 'via' | 'sni' | 'alpn'>;

/** The page of a proxy that says what becomes of a client. */
export const pageOf = ({ from, to, via, sni, alpn }: AskedClient): string => {
  const query = new URLSearchParams({ from, to });
  if (via !== undefined) query.set('via', via);
  if (sni !== undefined) query.set('sni', sni);
  for (const protocol of alpn) query.append('alpn', protocol);
  return `explain?${query}`;
};
