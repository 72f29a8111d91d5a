import { type Aim, ATTACKS, type AttackName } from './attacks.ts';

// A process of its own: what it takes of the processor is not the victims' event loop.
const [name, aim] = JSON.parse(process.argv[2] as string) as [AttackName, Aim];
process.stdout.write(String(await ATTACKS[name](aim)));
