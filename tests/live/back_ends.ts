/**
 * Every kind of registry in which real nodes can meet.
 *
 * @module
 */
import type { BackEnd } from "./back_end.ts";
import { directoryBackEnd } from "./directory_back_end.ts";
import { etcdBackEnd } from "./etcd_back_end.ts";
import { postgresBackEnd } from "./postgres_back_end.ts";
import { redisBackEnd } from "./redis_back_end.ts";
import { conditionalS3BackEnd, swiftBackEnd } from "./s3_back_ends.ts";

/** All kinds, each with one server for the test file that calls this, outside of its tests. */
export function backEnds(): readonly BackEnd[] {
  return [
    directoryBackEnd(),
    postgresBackEnd(),
    redisBackEnd(),
    etcdBackEnd(),
    swiftBackEnd(),
    conditionalS3BackEnd(),
  ];
}
