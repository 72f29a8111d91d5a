/** Codes of classic BPF (linux/filter.h). */
const LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

/** Where a TCP header has its flags; a socket's filter sees the packet from there on. */
const FLAGS_AT = 13;
const SYN = 0x02;
const ACK = 0x10;
const DROP = 0;
const PASS = 0xffffffff;

/** struct sock_filter: code, how far to jump if so and if not, a constant. */
const INSTRUCTIONS = [
  [LOAD_BYTE, 0, 0, FLAGS_AT],
  [AND, 0, 0, SYN | ACK],
  [JUMP_IF_EQUAL, 0, 1, SYN],
  [RETURN, 0, 0, DROP],
  [RETURN, 0, 0, PASS],
] as const;
const INSTRUCTION_BYTES = 8;

const encode = (): Uint8Array => {
  const program = new Uint8Array(INSTRUCTIONS.length * INSTRUCTION_BYTES);
  const view = new DataView(program.buffer);
  for (const [index, [code, ifSo, ifNot, constant]] of INSTRUCTIONS.entries()) {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifSo);
    view.setUint8(at + 3, ifNot);
    view.setUint32(at + 4, constant, true);
  }
  return program;
};

/**
 * A socket filter that drops what begins a TCP handshake, and nothing else. Attaching one takes no privilege.
 */
export const SYN_FILTER = { instructions: INSTRUCTIONS.length, program: encode() } as const;
