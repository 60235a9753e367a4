/**
 * What one of two that watch each other tells the other with each ping of the pulse.
 *
 * One exchange in each interval shows both that the other one lives: the one that asks by the answer,
 * the one that is asked by the ping, if that says that the exchange before was complete. Who is asked
 * counts on being asked again an interval later, and asks itself if nothing comes.
 *
 * @module
 */

/**
 * How the sender's exchange with the receiver before this one went: its round trip in microseconds,
 * `"missed"` if it failed, or `"first"` if there was none.
 */
export type Pulse = number | "first" | "missed";
