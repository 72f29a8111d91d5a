import { type TlsRelease, tlsRelease } from '../sys/tls-release.ts';
import { NATIVE, NATIVE_KINDS } from './acceptor/native-objects.ts';
import { NATIVE_CELLS, nativesAt, type SharedMemory } from './acceptor/shared-memory.ts';

let loaded: TlsRelease | undefined;

/**
 * Frees what a dead acceptor has left in OpenSSL's memory; returns how many objects. OpenSSL is not loaded
 * for nothing.
 */
export const freeNatives = ({ natives }: SharedMemory, acceptor: number, given?: TlsRelease): number => {
  let freed = 0;
  const at = nativesAt(acceptor);
  for (let cell = at; cell < at + NATIVE_CELLS; cell++) {
    const noted = natives[cell] as number;
    if (noted === 0) continue;
    natives[cell] = 0;
    loaded ??= tlsRelease();
    const release = given ?? loaded;
    const kind = noted % NATIVE_KINDS;
    const address = noted - kind;
    if (kind === NATIVE.Connection) release.connection(address);
    else if (kind === NATIVE.Context) release.context(address);
    else release.session(address);
    freed++;
  }
  return freed;
};
