/** Why the API server cannot be followed, in words a person can act on. */
export interface ApiProblem {
  /** Constant for one kind of trouble, such as `ConnectionRefused` or `CertificateRefused/CERT_HAS_EXPIRED`. */
  readonly code: string;
  readonly problem: string;
}

/** Explains why list+watch of `what`, such as `EndpointSlices`, was lost. The errors of kube/ say themselves what to do. */
export const apiProblem = (what: string, error: Error): ApiProblem => {
  const { code, causeCode } = error as { readonly code?: unknown; readonly causeCode?: unknown };
  const parts = [code, causeCode].filter((part) => typeof part === 'string' && part !== '');
  return {
    code: parts.length > 0 ? parts.join('/') : error.name,
    problem: `Cannot follow ${what}: ${error.message}`,
  };
};
