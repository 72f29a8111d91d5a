import type { Manifest, Writer } from '../../kube/apply.ts';
import { ApiError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectRef } from '../../kube/paths.ts';
import type { Child } from '../desired/children.ts';
import { childName } from '../desired/names.ts';
import type { Owner } from '../desired/render.ts';
import type { ChildProblem } from '../status/observed.ts';
import type { Collections } from '../watch/world.ts';
import { cachedChild, ledgerName } from './gather.ts';
import { type HandOverDeps, handOverReplicas } from './hand-over.ts';
import { digest, type Ledger } from './ledger.ts';
import { pick } from './pick.ts';
import { type Plan, planChild } from './plan-child.ts';
import { writeFailure } from './refusal.ts';
import { exactPorts } from './service-ports.ts';
import { unfinished } from './unfinished.ts';

export interface ApplyDeps extends HandOverDeps {
  readonly collections: Collections;
  readonly writer: Pick<Writer, 'apply' | 'applyNew' | 'remove' | 'replace'>;
  /** Reads one object; throws ApiError NotFound. */
  readonly read: (ref: ObjectRef) => Promise<KubeObject>;
  readonly ledger: Ledger;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** What was done, and what could not be done. */
export interface Applied {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  /** Put back after somebody else had changed them. */
  readonly repaired: readonly string[];
  readonly removed: readonly string[];
  readonly problems: readonly ChildProblem[];
  readonly errors: readonly Error[];
  /** Sentences about what is tried again, sorted; the same for every try. */
  readonly unfinished: readonly string[];
  /** Milliseconds to the next try of what was refused; undefined when nothing was. */
  readonly retryRefusedMs: number | undefined;
  readonly isWaiting: boolean;
}

/** What became of one child. */
type Result =
  | { readonly kind: 'Unchanged' | 'Waiting' | 'Created' | 'Updated' | 'Repaired' | 'Removed' }
  | { readonly kind: 'Failed'; readonly error: Error }
  | { readonly kind: 'Problem'; readonly problem: ChildProblem; readonly retryMs?: number };

/** Brings each child to what is wanted of it; a failure of one keeps none of the others from being tried. */
export const applyChildren = async (
  rootKey: string,
  owner: Owner,
  children: readonly Child[],
  deps: ApplyDeps,
): Promise<Applied> => {
  const results: { readonly kind: string; readonly result: Result }[] = [];
  for (const child of children)
    results.push({ kind: child.kind, result: await applyChild(rootKey, owner, child, deps) });
  const of = (kind: Result['kind']): readonly string[] =>
    results.filter(({ result }) => result.kind === kind).map((one) => one.kind);
  const problems = results.flatMap(({ result }) => (result.kind === 'Problem' ? [result] : []));
  const waits = problems.flatMap(({ retryMs }) => retryMs ?? []);
  return {
    created: of('Created'),
    updated: of('Updated'),
    repaired: of('Repaired'),
    removed: of('Removed'),
    problems: problems.map(({ problem }) => problem),
    errors: results.flatMap(({ result }) => (result.kind === 'Failed' ? [result.error] : [])),
    unfinished: unfinished(childName(owner.name), results),
    retryRefusedMs: waits.length === 0 ? undefined : Math.min(...waits),
    isWaiting: of('Waiting').length > 0,
  };
};

const applyChild = async (rootKey: string, owner: Owner, child: Child, deps: ApplyDeps): Promise<Result> => {
  const { ledger, now } = deps;
  const { apiVersion, kind, wanted } = child;
  const ref = { apiVersion, kind, namespace: owner.namespace, name: childName(owner.name) };
  const name = ledgerName(rootKey, kind);
  const problem = (cause: ChildProblem['cause'], message: string, retryMs?: number): Result => ({
    kind: 'Problem',
    problem: { cause, kind, name: ref.name, message },
    ...(retryMs === undefined ? {} : { retryMs }),
  });

  const cached = cachedChild(deps.collections, kind, `${ref.namespace}/${ref.name}`);
  const plan = (object: KubeObject | undefined): Plan =>
    planChild({ owner, wanted, live: object, confirmed: ledger.confirmed(name) });
  const live = ledger.newest(name, cached, now());
  // A refusal holds for this content and this object: what somebody changes may be what was in the way.
  const tried = [wanted, live && pick(live, wanted)];
  try {
    const known = plan(live);
    const refused = ledger.refusal(name);
    const isWrite = known.todo === 'Make' || known.todo === 'Apply' || known.todo === 'Remove';
    if (isWrite && refused !== undefined && refused.sent === digest(tried) && refused.retryAt > now())
      return problem('Refused', refused.message, refused.retryAt - now());
    const found = known.todo === 'Make' ? await make(ref, name, wanted, deps) : undefined;
    const next = found === undefined ? known : plan(found);
    switch (next.todo) {
      case 'Nothing':
        return { kind: 'Unchanged' };
      case 'Wait':
        return { kind: 'Waiting' };
      case 'Yield':
        ledger.take(name);
        return problem('NameTaken', next.holder);
      case 'Remove':
        await deps.writer.remove(ref, { uid: next.uid });
        ledger.forget(name);
        return { kind: 'Removed' };
      case 'Make':
        return { kind: 'Created' };
      case 'Apply': {
        // What this process applied last, server-side apply takes back by itself.
        if (next.isRepair || ledger.confirmed(name) === undefined || refused !== undefined)
          await putPortsRight(ref, found ?? live, wanted, deps);
        await handOverReplicas(ref, wanted, deps);
        const version = await send(name, wanted, next.uid, deps);
        // After a start of the operator each child is applied once, mostly to no effect.
        const before = (found ?? live)?.metadata.resourceVersion;
        if (version === before) return { kind: 'Unchanged' };
        return { kind: next.isRepair ? 'Repaired' : 'Updated' };
      }
      default:
        return next satisfies never;
    }
  } catch (error) {
    const failure = writeFailure(error);
    switch (failure.kind) {
      case 'Failed':
        return failure;
      case 'Pointless':
        return { kind: 'Unchanged' };
      case 'Refused': {
        const refusal = ledger.refuse(name, tried, failure.message, now());
        return problem('Refused', failure.message, refusal.retryAt - now());
      }
      default:
        return failure satisfies never;
    }
  }
};

/**
 * Makes an object; where one has the name already, changes nothing and gives it back: it may be another's, which a plain server-side apply would
 * simply take over.
 */
const make = async (
  ref: ObjectRef,
  name: string,
  wanted: Manifest | undefined,
  deps: ApplyDeps,
): Promise<KubeObject | undefined> => {
  if (wanted === undefined) return undefined;
  const { writer, ledger, now } = deps;
  // Looking is no write: who has the name for long is not tried again and again.
  const holder = ledger.isTaken(name) ? await lookUp(ref, deps) : undefined;
  if (holder !== undefined) return holder;
  try {
    ledger.confirm(name, wanted, await writer.applyNew(wanted), now());
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'Conflict') throw error;
    const found = await lookUp(ref, deps);
    if (found === undefined) throw error;
    return found;
  }
};

const putPortsRight = async (
  ref: ObjectRef,
  live: KubeObject | undefined,
  wanted: Manifest | undefined,
  { writer }: ApplyDeps,
): Promise<void> => {
  const ports = exactPorts(live, wanted);
  const { uid, resourceVersion } = live?.metadata ?? {};
  if (ports === undefined || uid === undefined || resourceVersion === undefined) return;
  await writer.replace(ref, '/spec/ports', ports, { uid, resourceVersion });
};

/** Gives back the version that the API server answered with. */
const send = async (
  name: string,
  wanted: Manifest | undefined,
  uid: string | undefined,
  { writer, ledger, now }: ApplyDeps,
): Promise<string | undefined> => {
  if (wanted === undefined) return undefined;
  // With a uid the API server refuses to write to another object of this name, and to make one anew.
  const manifest = uid === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, uid } };
  const answer = await writer.apply(manifest);
  ledger.confirm(name, wanted, answer, now());
  return answer.metadata.resourceVersion;
};

const lookUp = async (ref: ObjectRef, { read }: ApplyDeps): Promise<KubeObject | undefined> => {
  try {
    return await read(ref);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NotFound') return undefined;
    throw error;
  }
};
