import type { TerminationPolicy } from '../configuration/termination.ts';
import { type ServerContext, TLS1_2_VERSION, TLS1_3_VERSION } from '../sys/tls.ts';

type Profile = Pick<ServerContext, 'minVersion' | 'ciphers' | 'cipherSuites' | 'groups'>;

/**
 * Suites of TLS 1.2 with forward secrecy and authenticated encryption, as Mozilla recommends (Intermediate).
 */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');
const CIPHER_SUITES = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';
/** The hybrid with ML-KEM comes first: what is recorded today stays secret from the computers of later. */
const GROUPS = 'X25519MLKEM768:X25519:P-256:P-384';

const INTERMEDIATE: Profile = {
  minVersion: TLS1_2_VERSION,
  ciphers: CIPHERS,
  cipherSuites: CIPHER_SUITES,
  groups: GROUPS,
};

/** What a listener offers its clients. The profile Modern is TLS 1.3 alone. */
export const profileOf = ({
  minVersion,
  cipherProfile,
}: Pick<TerminationPolicy, 'minVersion' | 'cipherProfile'>): Profile =>
  minVersion === 'TLS1.3' || cipherProfile === 'Modern'
    ? { ...INTERMEDIATE, minVersion: TLS1_3_VERSION }
    : INTERMEDIATE;

/** What endpoints are offered, by connections and by health checks alike. */
export const endpointProfile = ({ minVersion }: Pick<TerminationPolicy, 'minVersion'>): Profile =>
  profileOf({ minVersion, cipherProfile: 'Intermediate' });
