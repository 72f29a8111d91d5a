import koffi from 'koffi';
import { pemReader } from './pem-reader.ts';
import { POINTER } from './ssl-context.ts';
import type { NativeTrust } from './tls.ts';

const CRL_CHECK = 0x4;
const CRL_CHECK_ALL = 0x8;
const PARTIAL_CHAIN = 0x80000;

const symbols = () => {
  const lib = koffi.load(null);
  return {
    X509_STORE_new: lib.func('X509_STORE_new', POINTER, []),
    X509_STORE_free: lib.func('X509_STORE_free', 'void', [POINTER]),
    X509_STORE_add_cert: lib.func('X509_STORE_add_cert', 'int', [POINTER, POINTER]),
    X509_STORE_add_crl: lib.func('X509_STORE_add_crl', 'int', [POINTER, POINTER]),
    X509_STORE_set_flags: lib.func('X509_STORE_set_flags', 'int', [POINTER, 'ulong']),
    X509_free: lib.func('X509_free', 'void', [POINTER]),
    X509_CRL_free: lib.func('X509_CRL_free', 'void', [POINTER]),
  };
};

/** What certificates of clients are verified with. */
export interface TrustSettings {
  /** In PEM. */
  readonly authorities: readonly string[];
  readonly lists: readonly string[];
  readonly checks: 'None' | 'Client' | 'Chain';
  readonly isPartial: boolean;
}

/** Brings authorities and their lists of revoked certificates into OpenSSL's memory, for any thread. */
export interface TrustStores {
  /** Undefined if OpenSSL refuses any of it, or has no memory. */
  load(settings: TrustSettings): NativeTrust | undefined;
  /** Contexts that use it have references of their own. */
  free(trust: NativeTrust): void;
}

const FLAGS: Readonly<Record<TrustSettings['checks'], number>> = {
  None: 0,
  Client: CRL_CHECK,
  Chain: CRL_CHECK | CRL_CHECK_ALL,
};

export const trustStores = (): TrustStores => {
  const c = symbols();
  const pem = pemReader();

  const free = ({ store, authorities }: NativeTrust): void => {
    for (const one of authorities) c.X509_free(one);
    c.X509_STORE_free(store);
  };

  const addLists = (store: number, texts: readonly string[]): boolean => {
    const lists = pem.revocationLists(texts.join('\n'));
    const areAdded =
      lists.length === texts.length && lists.every((one) => c.X509_STORE_add_crl(store, one) === 1);
    for (const one of lists) c.X509_CRL_free(one);
    return areAdded;
  };

  return {
    load({ authorities: texts, lists, checks, isPartial }) {
      const store = c.X509_STORE_new();
      if (store === 0) return undefined;
      const authorities = pem.certificates(texts.join('\n'));
      c.X509_STORE_set_flags(store, FLAGS[checks] | (isPartial ? PARTIAL_CHAIN : 0));
      const isWhole =
        authorities.length === texts.length &&
        authorities.every((one) => c.X509_STORE_add_cert(store, one) === 1) &&
        addLists(store, lists);
      pem.clearErrors();
      if (isWhole) return { store, authorities };
      free({ store, authorities });
      return undefined;
    },
    free,
  };
};
