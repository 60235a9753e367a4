/**
 * Shapes of texts that several messages have.
 *
 * @module
 */
import * as v from "valibot";
import { pingFailures } from "../core/base/ping_failure.ts";

/** Shape of a reason or a verdict, in words. */
export const sentenceSchema = v.pipe(v.string(), v.maxLength(2000));

/** Shape of the name of something, or of a version. */
export const shortTextSchema = v.pipe(v.string(), v.maxLength(100));

/** Shape of the kind of a failed ping. */
export const failureSchema = v.picklist(pingFailures);
