import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * Certificates for clusters that live as long as a test. Node's crypto signs but cannot issue X.509
 * certificates. Calling openssl for each of a dozen certificates would take half a second and one more tool;
 * little DER is needed.
 */
export interface Identity {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads these as groups. */
  readonly organizations?: readonly string[];
  /** Host names and IP addresses, v4 or v6. */
  readonly altNames?: readonly string[];
}

export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly certificate: string;
  /** Signs a certificate for `subject`, good for servers and for clients. */
  issue(subject: Subject): Identity;
}

const VALID_MS = 10 * 365 * 24 * 3_600_000;
const SKEW_MS = 3_600_000;

/** A new authority with its own P-256 key; its certificates are valid for ten years from an hour ago. */
export function createAuthority(commonName: string, now: Date = new Date()): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject: Subject = { commonName };
  const certificate = certify({ subject, issuer: subject, publicKey: keys.publicKey, signer: keys, now });
  return {
    certificate,
    issue(leaf) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        certificate: certify({
          subject: leaf,
          issuer: subject,
          publicKey: own.publicKey,
          signer: keys,
          now,
        }),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

/** An RSA pair in PEM, for signing ServiceAccount tokens. */
export function createSigningKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

interface Request {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly publicKey: KeyObject;
  readonly signer: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly now: Date;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

function certify(request: Request): string {
  const isAuthority = request.subject === request.issuer;
  const from = new Date(request.now.getTime() - SKEW_MS);
  const until = new Date(request.now.getTime() + VALID_MS);
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name(request.issuer),
    sequence(time(from), time(until)),
    name(request.subject),
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions(request, isAuthority))),
  );
  const signature = sign('sha256', body, request.signer.privateKey);
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions(request: Request, isAuthority: boolean): Buffer[] {
  const authorityKey = extension('2.5.29.35', sequence(tlv(0x80, keyId(request.signer.publicKey))));
  const subjectKey = extension('2.5.29.14', tlv(0x04, keyId(request.publicKey)));
  if (isAuthority) {
    return [
      extension('2.5.29.19', sequence(tlv(0x01, Buffer.from([0xff]))), true), // basicConstraints: CA
      // keyUsage: certificate and CRL signing
      extension('2.5.29.15', tlv(0x03, Buffer.from([1, 0x06])), true),
      subjectKey,
    ];
  }
  const usages = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'));
  const list = [
    extension('2.5.29.15', tlv(0x03, Buffer.from([7, 0x80])), true), // keyUsage: digital signature
    extension('2.5.29.37', usages),
    subjectKey,
    authorityKey,
  ];
  const names = (request.subject.altNames ?? []).map(altName);
  return names.length > 0 ? [...list, extension('2.5.29.17', sequence(...names))] : list;
}

function altName(host: string): Buffer {
  const family = isIP(host);
  if (family === 0) return tlv(0x82, Buffer.from(host, 'ascii'));
  return tlv(0x87, family === 4 ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function name(subject: Subject): Buffer {
  const part = (type: string, value: string) =>
    tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(value, 'utf8'))));
  const organizations = (subject.organizations ?? []).map((value) => part('2.5.4.10', value));
  return sequence(...organizations, part('2.5.4.3', subject.commonName));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, tlv(0x04, value));
}

/** UTCTime: two digits of the year, enough until 2049. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`, 'ascii'));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tlv(0x06, Buffer.from(bytes));
}

function bitString(content: Buffer): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([0]), content]));
}

function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, content: Buffer): Buffer {
  const size = content.length;
  const header =
    size < 0x80 ? [tag, size] : size < 0x100 ? [tag, 0x81, size] : [tag, 0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}
