import { IMAP } from './imap.ts';
import { LDAP } from './ldap.ts';
import { MYSQL } from './mysql.ts';
import type { Opening } from './opening.ts';
import { POSTGRESQL } from './postgresql.ts';
import { SMTP } from './smtp.ts';
import { XMPP } from './xmpp.ts';

/** The protocols that change from clear text to TLS. */
export const OPENINGS = {
  PostgreSQL: POSTGRESQL,
  MySQL: MYSQL,
  SMTP,
  IMAP,
  LDAP,
  XMPP,
} as const satisfies Readonly<Record<string, Opening>>;

export type StartTls = keyof typeof OPENINGS;
