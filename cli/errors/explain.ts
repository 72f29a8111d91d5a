import { ApiError, CredentialsError, TransportError } from '../../kube/errors.ts';
import { CliError } from './exit.ts';

/** Says what an error of a call means for the command that made it, and what to do. */
export const explain = (error: unknown, tried: string): CliError => {
  if (error instanceof CliError) return error;
  if (error instanceof CredentialsError) return new CliError('NoLogin', error.message, error);
  if (error instanceof TransportError) {
    const code = error.code === 'CertificateRefused' ? 'NoLogin' : 'Unreachable';
    return new CliError(code, `Cannot ${tried}: ${afterCall(error.message)}`, error);
  }
  if (error instanceof ApiError) return explainAnswer(error, tried);
  const found = error instanceof Error ? error.message : String(error);
  return new CliError('Failed', `Cannot ${tried}: ${found}`, error);
};

const explainAnswer = (error: ApiError, tried: string): CliError => {
  switch (error.code) {
    case 'Unauthorized':
      return new CliError(
        'NoLogin',
        `Cannot ${tried}: the API server does not accept the login of this kubeconfig; log in again, or choose another --context`,
        error,
      );
    case 'Forbidden':
      return new CliError(
        'NoRight',
        `Cannot ${tried}: ${error.serverMessage} — docs/cli.md says which rights each command needs`,
        error,
      );
    case 'NotFound':
      // For a kind that the API server does not know, it answers without naming an object.
      return error.reason === 'NotFound' && error.serverMessage.includes('"')
        ? new CliError('NotFound', `Cannot ${tried}: ${error.serverMessage}`, error)
        : new CliError(
            'NotInstalled',
            `Cannot ${tried}: this cluster has no resource L4Balancer; install the operator, which brings it, or choose another --context`,
            error,
          );
    default:
      return new CliError('Failed', `Cannot ${tried}: ${error.serverMessage}`, error);
  }
};

/** The message of a TransportError begins with the call, which says nothing to a user of the command. */
const afterCall = (message: string): string => message.replace(/^[A-Z]+ \S+: /, '');
