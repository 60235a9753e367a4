/**
 * What nodes say to each other once they are connected, as far as a node that only lives has to
 * understand it: pings, and whatever would leave somebody waiting if it were not answered.
 *
 * A frame is a control term, which says what is done to which process, and for messages a second
 * term. Those with a trace token mean the same as those without.
 *
 * Source: the chapter "Distribution Protocol", section "Protocol between Connected Nodes", of the
 * documentation of ERTS.
 *
 * @module
 */
import { joined } from "./term/bytes.ts";
import { readTerm, type Term, termVersion } from "./term/term.ts";
import { atomTerm, byteTerm, pidTerm, referenceTerm, tupleTerm } from "./term/term_writer.ts";

/** Operations, by the name that the documentation gives them. */
const operation = {
  link: 1,
  send: 2,
  exit: 3,
  sendToName: 6,
  sendTraced: 12,
  sendToNameTraced: 16,
  monitor: 19,
  monitorExit: 21,
  sendWithSender: 22,
  sendWithSenderTraced: 23,
  spawnRequest: 29,
  spawnRequestTraced: 30,
  spawnReply: 31,
  unlinkId: 35,
  unlinkIdAck: 36,
} as const;

/** Frames without an atom cache begin with it. */
const passThrough = 112;

/** The process that answers pings, on every node. */
const netKernel = "net_kernel";

/** What a frame means. */
export type Said =
  /** Somebody asks whether this node lives; `answer` is the frame that says so. */
  | { readonly kind: "ping"; readonly answer: Uint8Array }
  /** The answer to a ping of this node. */
  | { readonly kind: "pong"; readonly reference: Reference; readonly isYes: boolean }
  /** A question that has only one answer. */
  | { readonly kind: "question"; readonly answer: Uint8Array }
  /** Nobody waits for anything. */
  | { readonly kind: "nothing" }
  | { readonly kind: "garbage"; readonly detail: string };

/** A reference: by it an answer finds its question. */
export interface Reference {
  readonly node: string;
  readonly creation: number;
  readonly ids: readonly number[];
}

/** Who asks. */
export interface Asker {
  readonly name: string;
  readonly creation: number;
}

const nothing: Said = { kind: "nothing" };

/** Reads a frame. */
export function understand(frame: Uint8Array): Said {
  if (frame[0] !== passThrough) return garbage("a frame has a header that was not agreed on");
  const control = readTerm(frame, 1);
  if ("fault" in control) return garbage(control.fault);
  const { term, end } = control;
  if (term.kind !== "tuple") return garbage("a frame does not say what to do");
  const [first, ...operands] = term.items;
  if (first?.kind !== "integer") return garbage("a frame does not say what to do");
  return obey(first.value, operands, frame, end);
}

/** The frame with which `asker` asks whether the other node lives; `ids` are three words. */
export function pingFrame(asker: Asker, ids: readonly number[]): Uint8Array {
  return pingFrames(asker)(ids);
}

/** Makes such frames: they differ in the words of their reference only, so the rest is made once. */
export function pingFrames(asker: Asker): (ids: readonly number[]) => Uint8Array {
  const { name, creation } = asker;
  const pid = pidTerm(name, 1, creation);
  const from = tupleTerm(pid, referenceTerm(name, creation, [0, 0, 0]));
  const request = tupleTerm(atomTerm("is_auth"), atomTerm(name));
  const template = frameOf(
    tupleTerm(byteTerm(operation.sendToName), pid, atomTerm(""), atomTerm(netKernel)),
    tupleTerm(atomTerm("$gen_call"), from, request),
  );
  const idsAt = template.length - request.length - 3 * 4;
  return (ids) => {
    const frame = template.slice();
    const view = new DataView(frame.buffer);
    for (const [index, id] of ids.entries()) view.setUint32(idsAt + 4 * index, id);
    return frame;
  };
}

function obey(code: number, operands: readonly Term[], frame: Uint8Array, end: number): Said {
  switch (code) {
    case operation.sendToName:
    case operation.sendToNameTraced:
      return isAtom(operands[2], netKernel) ? called(messageIn(frame, end)) : nothing;
    case operation.send:
    case operation.sendTraced:
    case operation.sendWithSender:
    case operation.sendWithSenderTraced:
      return answered(messageIn(frame, end));
    case operation.monitor:
      return monitored(operands);
    case operation.link:
      return linked(operands);
    case operation.unlinkId:
      return unlinked(operands);
    case operation.spawnRequest:
    case operation.spawnRequestTraced:
      return spawned(operands);
    default:
      return nothing;
  }
}

/** The message of a frame; one that cannot be read is nobody's, but the frame may still be one. */
function messageIn(frame: Uint8Array, start: number): Term | undefined {
  const message = readTerm(frame, start);
  return "term" in message ? message.term : undefined;
}

/** `{'$gen_call', {From, Tag}, Request}`: the tag is a reference, or one with `alias` before it. */
function called(message: Term | undefined): Said {
  const [keyword, caller, request] = itemsOf(message, 3);
  const [pid, tag] = itemsOf(caller, 2);
  if (!isAtom(keyword, "$gen_call") || pid?.kind !== "pid" || tag === undefined) return nothing;
  const control = tupleTerm(byteTerm(operation.send), atomTerm(""), pid.bytes);
  const answerWith = (term: Uint8Array): Uint8Array => frameOf(control, tupleTerm(tag.bytes, term));
  const [what, who] = itemsOf(request, 2);
  if (isAtom(what, "is_auth") && who?.kind === "atom") {
    return { kind: "ping", answer: answerWith(atomTerm("yes")) };
  }
  const refusal = tupleTerm(atomTerm("error"), atomTerm("notsup"));
  return { kind: "question", answer: answerWith(refusal) };
}

/** `{Tag, yes}`, the tag being ours. */
function answered(message: Term | undefined): Said {
  const [reference, answer] = itemsOf(message, 2);
  if (reference?.kind !== "reference") return nothing;
  return { kind: "pong", reference, isYes: isAtom(answer, "yes") };
}

/** `{19, FromPid, ToProc, Ref}`: but for the one process that answers pings, nobody is here. */
function monitored([from, to, reference]: readonly Term[]): Said {
  if (from === undefined || to === undefined || reference === undefined) return nothing;
  if (isAtom(to, netKernel)) return nothing;
  const code = byteTerm(operation.monitorExit);
  const { bytes } = reference;
  return question(tupleTerm(code, to.bytes, from.bytes, bytes, atomTerm("noproc")));
}

/** `{1, FromPid, ToPid}` */
function linked([from, to]: readonly Term[]): Said {
  if (from === undefined || to === undefined) return nothing;
  return question(
    tupleTerm(byteTerm(operation.exit), to.bytes, from.bytes, atomTerm("noproc")),
  );
}

/** `{35, Id, FromPid, ToPid}` */
function unlinked([id, from, to]: readonly Term[]): Said {
  if (id === undefined || from === undefined || to === undefined) return nothing;
  return question(tupleTerm(byteTerm(operation.unlinkIdAck), id.bytes, to.bytes, from.bytes));
}

/** `{29, ReqId, FromPid, …}` */
function spawned([id, from]: readonly Term[]): Said {
  if (id === undefined || from === undefined) return nothing;
  const code = byteTerm(operation.spawnReply);
  return question(tupleTerm(code, id.bytes, from.bytes, byteTerm(0), atomTerm("notsup")));
}

function question(control: Uint8Array): Said {
  return { kind: "question", answer: frameOf(control) };
}

function garbage(detail: string): Said {
  return { kind: "garbage", detail };
}

function frameOf(control: Uint8Array, message?: Uint8Array): Uint8Array {
  const head = joined(passThrough, termVersion, control);
  return message === undefined ? head : joined(head, termVersion, message);
}

/** The items of a tuple of that size, or none. */
function itemsOf(term: Term | undefined, count: number): readonly Term[] {
  return term?.kind === "tuple" && term.items.length === count ? term.items : [];
}

function isAtom(term: Term | undefined, text: string): boolean {
  return term?.kind === "atom" && term.text === text;
}
