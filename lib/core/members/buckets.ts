/**
 * The parts into which records are divided by their names, so that two nodes that compare theirs tell
 * only those of parts that differ.
 *
 * There are as many as the one who asks has use for: of a cluster of ten thousand in which a newcomer
 * has missed a few hundred nearly each of 64 parts would differ, and so nearly all be told.
 *
 * @module
 */

/** The parts of a smaller cluster. */
export const bucketsMin = 64;

/** So many checksums still fit a message, and leave room in it. */
export const bucketsMax = 2048;

/** Records of one part, at most, where there are not too many for that. */
const recordsPerBucket = 8;

/** Into how many parts so many records are divided; a power of two. */
export function bucketsFor(records: number): number {
  let count = bucketsMin;
  while (count < bucketsMax && count * recordsPerBucket < records) count *= 2;
  return count;
}

/** True if a node may divide its records into so many. */
export function isBucketCount(count: number): boolean {
  return count >= bucketsMin && count <= bucketsMax && (count & (count - 1)) === 0;
}

/** The part of a name with that hash, of so many. */
export function bucketOf(nameHash: number, count: number): number {
  return nameHash & (count - 1);
}
