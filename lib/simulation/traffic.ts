/**
 * What the nodes of a simulation send to each other, counted.
 *
 * Sizes are those of the messages as they are encoded on real connections, with what a frame adds.
 * Pings and pongs are nearly all of them and nearly alike but for the records that ride on few, so
 * one of each kind is encoded and stands for the others. Headers of TCP and IP, and the handshakes of new connections, are not counted.
 *
 * @module
 */
import { tagBytes } from "../protocol/chacha20_poly1305.ts";
import { frameHeaderBytes } from "../protocol/frame.ts";
import type { Effect } from "../core/input.ts";
import { encodeMessage } from "../protocol/message.ts";
import { recordBytes } from "../core/dissemination/packing.ts";
import type { MemberRecord } from "../core/members/record.ts";

/** Effects that concern other nodes. */
export type Message = Effect & {
  kind: "ping" | "pong" | "probe-answer" | "sync-answer" | "tell" | "ask-probe" | "ask-sync";
};

/** Kind and number of a request or an answer, in bytes. */
const envelopeBytes = 5;

/** What frame, envelope and seal add to a message, in bytes. */
const frameBytes = frameHeaderBytes + envelopeBytes + tagBytes;

/** Counts messages and their bytes. */
export class Traffic {
  /** Pings that were sent. */
  pings = 0;
  /** Messages of any kind, pings included; one that goes to several nodes counts that often. */
  messages = 0;
  /** Bytes of them. */
  bytes = 0;
  /** Of one that was encoded without a record, by its kind. */
  readonly #exchangeBytes = { ping: 0, pulse: 0, pong: 0 };

  /** Counts what is about to be sent. */
  count(message: Message): void {
    switch (message.kind) {
      case "ping":
      case "pong":
        if (message.kind === "ping") this.pings++;
        return this.#add(this.#sizeOfExchange(message));
      case "probe-answer":
        return this.#add(sizeOf({ kind: "probe", reached: message.reached }));
      case "ask-probe":
        return this.#add(sizeOf({ kind: "probe", subject: message.subject }));
      case "ask-sync":
        return this.#add(sizeOf({ kind: "sync", buckets: message.buckets }));
      case "sync-answer": {
        const { buckets, more } = message;
        const bytes = sizeOf({ kind: "sync", buckets, records: [], more });
        return this.#add(bytes + this.#sizeOfRecords(message.records));
      }
      case "tell": {
        const { records, votes, sightings } = message.news;
        const news = { records: [], votes, sightings };
        const bytes = sizeOf({ kind: "news", news }) + this.#sizeOfRecords(records);
        return this.#add(bytes, message.to.length);
      }
    }
  }

  #add(bytes: number, times = 1): void {
    this.messages += times;
    this.bytes += bytes * times;
  }

  #sizeOfExchange({ kind, content }: Message & { kind: "ping" | "pong" }): number {
    const { record, ...plain } = content;
    const known = kind === "ping" && plain.pulse !== undefined ? "pulse" : kind;
    this.#exchangeBytes[known] ||= sizeOf({ kind, content: plain });
    return this.#exchangeBytes[known] + (record === undefined ? 0 : recordBytes(record));
  }

  #sizeOfRecords(records: readonly MemberRecord[]): number {
    let bytes = 0;
    for (const record of records) bytes += recordBytes(record);
    return bytes;
  }
}

function sizeOf(message: Parameters<typeof encodeMessage>[0]): number {
  return encodeMessage(message).length + frameBytes;
}
