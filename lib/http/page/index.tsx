/**
 * The page: where it begins.
 *
 * @module
 */
import { render } from "preact";
import { systemClock } from "../../clock.ts";
import { App } from "./app.tsx";
import { showInTab } from "./parts/tab.ts";
import { Follower } from "./state/follow.ts";
import { Page } from "./state/page.ts";
import { poll } from "./state/polling.ts";

const page = new Page(systemClock);
const follower = new Follower({
  clock: systemClock,
  open: (lastId, signal) =>
    fetch("/v1/stream", {
      signal,
      headers: {
        accept: "text/event-stream",
        ...lastId === undefined ? {} : { "last-event-id": lastId },
      },
    }),
  onEvent: (event) => page.store.apply(event),
  onConnection: (connection) => page.store.connection.value = connection,
});
page.reconnect = () => follower.hurry();
const { signal } = new AbortController();
void follower.run(signal);
poll(page, signal);
showInTab(page);
addEventListener("online", page.reconnect);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) page.reconnect();
});
const tick = (): void => {
  page.store.tick();
  systemClock.after(1000, tick);
};
tick();
document.body.replaceChildren();
render(<App page={page} />, document.body);
