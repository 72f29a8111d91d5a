/** Why a collection of the API server cannot be followed, for people. */
export interface ApiProblem {
  /**
   * Constant for each kind of problem, such as `ConnectionRefused` or `CertificateRefused/CERT_HAS_EXPIRED`.
   */
  readonly code: string;
  readonly problem: string;
}

/**
 * Explains why list+watch of `what`, such as `EndpointSlices`, failed. The errors of kube/ already say what
 * to do.
 */
export const apiProblem = (what: string, error: Error): ApiProblem => {
  const { code, causeCode } = error as { readonly code?: unknown; readonly causeCode?: unknown };
  const parts = [code, causeCode].filter((part) => typeof part === 'string' && part !== '');
  return {
    code: parts.length > 0 ? parts.join('/') : error.name,
    problem: `Cannot follow ${what}: ${error.message}`,
  };
};
