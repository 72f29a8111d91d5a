import type { Backend } from '../../crds/backend.ts';
import type { BackendTls } from '../../crds/backend-tls.ts';
import { type CaSource, caName } from './ca-source.ts';
import type { EndpointCredentials, EndpointTlsPolicy } from './endpoint-tls.ts';

/**
 * How TLS is spoken with the endpoints of a backend. Those of a Service are asked for its name in the
 * cluster, without the cluster's domain, which certificates seldom have.
 */
export const endpointTlsOf = (
  { mode, serverName, minVersion, alpn = [] }: BackendTls,
  service: Backend['service'],
  namespace: string | undefined,
): EndpointTlsPolicy => {
  const ofService =
    service === undefined || namespace === undefined ? undefined : `${service.name}.${namespace}.svc`;
  const name = serverName ?? ofService;
  return {
    verify: mode === 'Verify',
    ...(name === undefined ? {} : { serverName: name }),
    minVersion,
    alpn,
  };
};

const caSource = ({ caRef, caFile }: BackendTls): CaSource => {
  if (caRef !== undefined) return caRef;
  return caFile === undefined ? { kind: 'System' } : { kind: 'File', path: caFile };
};

/** What it refers to by name. A pair of files is known by the path of its certificate. */
export const credentialsOf = (tls: BackendTls): EndpointCredentials => {
  const { mode, clientCertificateRef, clientCertificateFile } = tls;
  const certificateName = clientCertificateRef?.name ?? clientCertificateFile?.certificate;
  return {
    ...(mode === 'Verify' ? { caName: caName(caSource(tls)) } : {}),
    ...(certificateName === undefined ? {} : { certificateName }),
    ...(clientCertificateFile === undefined ? {} : { certificateFile: clientCertificateFile }),
  };
};
