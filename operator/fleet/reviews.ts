import * as z from 'zod';
import { GROUP, PLURAL } from '../../crds/resource-type.ts';
import { createWriter } from '../../kube/apply.ts';
import type { Transport } from '../../kube/transport.ts';

/** Whom a token is of, as the API server says it. */
export interface TokenUser {
  readonly username?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Questions to the API server. It answers as if something were created, and stores nothing. */
export interface Reviews {
  /** Undefined if the API server does not accept the token. Throws the errors of Transport.request. */
  userOf(token: string): Promise<TokenUser | undefined>;
  /** Whether the user may get L4Balancers in a namespace, or in all if undefined. Throws as above. */
  mayGet(user: TokenUser, namespace: string | undefined): Promise<boolean>;
}

const TIMEOUT_MS = 10_000;
const NO_NAME = { metadata: { name: '' } };

const tokenAnswer = z.object({
  status: z
    .object({
      authenticated: z.boolean().default(false),
      user: z
        .object({
          username: z.string().optional(),
          uid: z.string().optional(),
          groups: z.array(z.string()).optional(),
          extra: z.record(z.string(), z.array(z.string())).optional(),
        })
        .default({}),
    })
    .default({ authenticated: false, user: {} }),
});
const accessAnswer = z.object({ status: z.object({ allowed: z.boolean() }) });

export const createReviews = (transport: Pick<Transport, 'request'>, fieldManager: string): Reviews => {
  const { create } = createWriter(transport as Transport, fieldManager);
  return {
    async userOf(token) {
      const answer = await create(
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', ...NO_NAME, spec: { token } },
        AbortSignal.timeout(TIMEOUT_MS),
      );
      const { status } = tokenAnswer.parse(answer);
      return status.authenticated ? status.user : undefined;
    },
    async mayGet({ username, ...user }, namespace) {
      const resourceAttributes = {
        verb: 'get',
        group: GROUP,
        resource: PLURAL,
        ...(namespace === undefined ? {} : { namespace }),
      };
      const answer = await create(
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          ...NO_NAME,
          spec: { ...user, user: username, resourceAttributes },
        },
        AbortSignal.timeout(TIMEOUT_MS),
      );
      return accessAnswer.parse(answer).status.allowed;
    },
  };
};
