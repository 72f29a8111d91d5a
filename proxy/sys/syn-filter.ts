/** Opcodes of classic BPF (linux/filter.h). */
const LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

/** Offset of the flags in a TCP header; a socket filter sees the packet from that header on. */
const FLAGS_OFFSET = 13;
const SYN = 0x02;
const ACK = 0x10;
const DROP = 0;
const PASS = 0xffffffff;

/** struct sock_filter: opcode, how many instructions to skip if true and if false, a constant. */
const INSTRUCTIONS = [
  [LOAD_BYTE, 0, 0, FLAGS_OFFSET],
  [AND, 0, 0, SYN | ACK],
  [JUMP_IF_EQUAL, 0, 1, SYN],
  [RETURN, 0, 0, DROP],
  [RETURN, 0, 0, PASS],
] as const;
const INSTRUCTION_BYTES = 8;

const encode = (): Uint8Array => {
  const program = new Uint8Array(INSTRUCTIONS.length * INSTRUCTION_BYTES);
  const view = new DataView(program.buffer);
  for (const [index, [code, ifTrue, ifFalse, constant]] of INSTRUCTIONS.entries()) {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, constant, true);
  }
  return program;
};

/**
 * A socket filter that drops every SYN and nothing else, so no new TCP handshake begins. Attaching it
 * requires no privilege.
 */
export const SYN_FILTER = { instructions: INSTRUCTIONS.length, program: encode() } as const;
