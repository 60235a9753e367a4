/**
 * The server of the tests that speaks S3, in the place of the one in docs/deploy/compose.s3.yaml.
 *
 * Takes the variables of that one, so that keys, region, bucket and port of both sides must fit.
 * What it stores is gone when it ends.
 *
 * @module
 */
import { FakeS3 } from "../registry/s3/s3_fake.ts";

function variable(name: string): string {
  const value = Deno.env.get(name);
  if (value === undefined) throw new Error(`The variable ${name} is not set`);
  return value;
}

/** Passes a connection on, both ways, until one side ends it. */
async function pass(client: Deno.TcpConn, server: Deno.TcpConn): Promise<void> {
  await Promise.allSettled([
    client.readable.pipeTo(server.writable),
    server.readable.pipeTo(client.writable),
  ]);
}

if (import.meta.main) {
  const server = new FakeS3();
  server.behaviour.keys = [
    { accessKeyId: variable("ROOT_ACCESS_KEY"), secretAccessKey: variable("ROOT_SECRET_KEY") },
  ];
  server.behaviour.region = variable("VGW_REGION");
  server.behaviour.bucket = "clusternode";
  // The server itself listens on loopback only, as tests should.
  const listener = Deno.listen({ port: Number(variable("VGW_PORT").replace(":", "")) });
  Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
  const target = Number(new URL(server.endpoint).port);
  for await (const client of listener) {
    void Deno.connect({ port: target }).then((connection) => pass(client, connection));
  }
}
