/**
 * With what a request to S3 is signed.
 *
 * @module
 */

/** Who asks. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with keys that expire. */
  readonly sessionToken: string | undefined;
  /** When they end, in wall-clock milliseconds, if that is known. */
  readonly expiresAtMs?: number;
}
