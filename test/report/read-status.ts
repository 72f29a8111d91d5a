import assert from 'node:assert/strict';
import { type Connections, connections } from '../../report/connections.ts';
import { type Described, described } from '../../report/described.ts';
import { type Explanation, explanation } from '../../report/explanation.ts';
import { type Status, type StatusSummary, status, summary } from '../../report/status.ts';

/** Fields, and values of enumerations, that an answer has but the contract does not. */
export const beyondContract = (answer: unknown, contract: Described, path = ''): readonly string[] => {
  if (contract.values !== undefined)
    return contract.values.includes(String(answer)) ? [] : [`${path}: ${answer}`];
  if (Array.isArray(answer) && contract.items !== undefined) {
    const { items } = contract;
    return answer.flatMap((entry) => beyondContract(entry, items, `${path}[]`));
  }
  if (typeof answer !== 'object' || answer === null || contract.properties === undefined) return [];
  const known = contract.properties;
  return Object.entries(answer).flatMap(([name, value]) => {
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    return field === undefined ? [`${path}.${name}`] : beyondContract(value, field, `${path}.${name}`);
  });
};

const CONTRACTS = {
  status: described(status),
  summary: described(summary),
  explanation: described(explanation),
  connections: described(connections),
};

/** Parses an answer of /status; fails if it violates the contract or contains anything that is not in it. */
export const readStatus = (body: string): Status => {
  const answer: unknown = JSON.parse(body);
  status.parse(answer);
  assert.deepEqual(beyondContract(answer, CONTRACTS.status), []);
  return answer as Status;
};

/** The same for /status?summary. */
export const readSummary = (body: string): StatusSummary => {
  const answer: unknown = JSON.parse(body);
  summary.parse(answer);
  assert.deepEqual(beyondContract(answer, CONTRACTS.summary), []);
  return answer as StatusSummary;
};

/** The same for /explain. */
export const readExplanation = (body: string): Explanation => {
  const answer: unknown = JSON.parse(body);
  explanation.parse(answer);
  assert.deepEqual(beyondContract(answer, CONTRACTS.explanation), []);
  return answer as Explanation;
};

/** The same for /connections. */
export const readConnections = (body: string): Connections => {
  const answer: unknown = JSON.parse(body);
  connections.parse(answer);
  assert.deepEqual(beyondContract(answer, CONTRACTS.connections), []);
  return answer as Connections;
};
