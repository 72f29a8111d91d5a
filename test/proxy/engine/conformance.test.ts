import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { testEngine } from './conformance.ts';

testEngine('relay engine', startEngine, {
  Acceptors: true,
  Addresses: true,
  Attempts: true,
  CloseOnRemoval: true,
  PortsInUse: true,
  CountersKept: true,
  AccessLog: true,
  IdleDrain: true,
});
