import type { KubeObject } from '../../kube/object.ts';
import type { CertificateContent, Certificates } from './certificates.ts';
import { type Following, followNamed } from './named-objects.ts';
import type { NameFollower } from './with-named.ts';

export interface Secret extends KubeObject {
  /** In base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface SecretsOptions {
  readonly namespace: string;
  readonly certificates: Certificates;
  /** Called when a Secret can be followed no more, or again. */
  readonly onChange: () => void;
  readonly following: Following;
  /** The kind of these Secrets for people. */
  readonly kind?: string;
}

/** Keys of a Secret of type kubernetes.io/tls. */
const CERTIFICATE = 'tls.crt';
const KEY = 'tls.key';
/** Of an OCSP response in DER, where Istio looks for it as well. */
const OCSP = 'tls.ocsp-staple';

const contentOf = (title: string, secret: Secret | undefined): CertificateContent => {
  if (secret === undefined)
    return {
      version: 'missing',
      problem: {
        code: 'SecretMissing',
        message: `${title} does not exist: create it with type kubernetes.io/tls, or remove it from the resource`,
      },
    };
  const version = `${secret.metadata.uid ?? ''}/${secret.metadata.resourceVersion ?? ''}`;
  const { [CERTIFICATE]: certificate, [KEY]: key, [OCSP]: ocsp } = secret.data ?? {};
  if (certificate === undefined || key === undefined)
    return {
      version,
      problem: {
        code: 'CertificateInvalid',
        message: `${title} lacks the key ${certificate === undefined ? CERTIFICATE : KEY}: it must be of type kubernetes.io/tls`,
      },
    };
  return {
    version,
    texts: { certificate: fromBase64(certificate), key: fromBase64(key) },
    ...(ocsp === undefined ? {} : { ocsp: Buffer.from(ocsp, 'base64') }),
  };
};

const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** Follows Secrets of one namespace by name, as certificates with their keys. */
export const followSecrets = ({
  namespace,
  certificates,
  onChange,
  following,
  kind = 'Secret',
}: SecretsOptions): NameFollower =>
  followNamed<Secret>({
    namespace,
    kind,
    plural: 'secrets',
    following,
    onChange,
    onObject(name, secret) {
      const title = `Secret "${name}"`;
      certificates.offer(name, title, contentOf(title, secret));
    },
    onLeft: (name) => certificates.forget(name),
  });
