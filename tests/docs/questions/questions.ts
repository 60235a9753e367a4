/**
 * What newcomers ask, and where it is answered.
 *
 * A question is answered within two clicks from the README: there is a link to the very heading, or
 * to a short page as a whole, on the README or on a page that the README links to.
 *
 * @module
 */

/** One question. */
export interface Question {
  readonly asked: string;
  /** The page with its heading, as links name it; a page alone if it answers as a whole. */
  readonly target: `${string}.md${"" | `#${string}`}`;
  /** What the answer must contain, so that a heading without its answer is noticed. */
  readonly answer: RegExp;
}

/** All of them. */
export const questions: readonly Question[] = [
  {
    asked: "How do I run it on three servers with PostgreSQL?",
    target: "docs/deploying/servers.md",
    answer: /create database[^]*clusternode start --name n1@\$HOST --listen/,
  },
  {
    asked: "How do I install it?",
    target: "docs/install.md",
    answer: /apt install/,
  },
  {
    asked: "What port must be open?",
    target: "docs/security.md#ports",
    answer: /all nodes of the cluster[^]*--listen 0\.0\.0\.0:4000/,
  },
  {
    asked: "How do I rotate the cookie?",
    target: "docs/security.md#change-the-cookie",
    answer: /--cookie-file old --cookie-file new[^]*--cookie-file new/,
  },
  {
    asked: "Why is n3 false?",
    target: "docs/operating.md#read-an-explanation",
    answer: /`unreachable`[^]*against it/,
  },
  {
    asked: "How do I take a dead node out?",
    target: "docs/operating.md#take-a-dead-node-out",
    answer: /clusternode forget/,
  },
  {
    asked: "How do I run it in Kubernetes?",
    target: "docs/deploying/kubernetes.md",
    answer: /kubectl apply -f docs\/deploy\/kubernetes-deployment\.yaml/,
  },
  {
    asked: "Does it need root?",
    target: "docs/security.md",
    answer: /\*\*Root is not needed\*\*/,
  },
  {
    asked: "What does it cost on S3?",
    target: "docs/registries.md#what-it-costs-on-s3",
    answer: /\d+ dollars for 10 nodes/,
  },
  {
    asked: "How do I get alerts?",
    target: "docs/monitoring.md#alerts",
    answer: /ClusternodeMemberDown/,
  },
  {
    asked: "How do I upgrade without a false alarm?",
    target: "docs/operating.md#upgrade-and-rolling-restart",
    answer: /SIGTERM[^]*clusternode wait --members 3 --agree/,
  },
  {
    asked: "How do I start it at boot?",
    target: "docs/deploying/systemd.md",
    answer: /systemctl enable --now clusternode/,
  },
  {
    asked: "Which registry should I take?",
    target: "docs/registries.md#which-one",
    answer: /The one that you have/,
  },
  {
    asked: "What if the registry is away?",
    target: "docs/operating.md#when-things-are-away",
    answer: /the registry \| told once/,
  },
  {
    asked: "What must I back up?",
    target: "docs/operating.md#what-to-back-up",
    answer: /Nothing\./,
  },
  {
    asked: "How do I move to another registry?",
    target: "docs/operating.md#move-a-registry",
    answer: /--registry \S+ --registry \S+/,
  },
  {
    asked: "How do I run a script when a node fails?",
    target: "docs/services_and_hooks.md#run-something-when-a-member-changes",
    answer: /clusternode events --follow/,
  },
  {
    asked: "How do I wait for three nodes in CI?",
    target: "docs/services_and_hooks.md#wait-for-a-cluster",
    answer: /clusternode wait --members 3/,
  },
  {
    asked: "Is the traffic encrypted?",
    target: "docs/security.md#what-is-on-the-wire",
    answer: /ChaCha20-Poly1305/,
  },
  {
    asked: "How soon is a dead node known?",
    target: "docs/how_it_works.md#how-soon",
    answer: /\| 1,000 \|/,
  },
  {
    asked: "What happens when the cluster splits?",
    target: "docs/promises.md#not-promised-or-not-yet",
    answer: /Half is not a majority/,
  },
  {
    asked: "Where is the log?",
    target: "docs/operating.md#the-log",
    answer: /\/tmp\/log\/cluster\.log/,
  },
  {
    asked: "How do nodes of one machine meet?",
    target: "docs/getting_started.md#several-nodes-on-one-machine",
    answer: /--name n2@127\.0\.0\.1/,
  },
  {
    asked: "Can several clusters share one database?",
    target: "docs/registries.md#all-of-them",
    answer: /`--cluster` keeps them apart/,
  },
  {
    asked: "How do I protect the page?",
    target: "docs/http.md#from-other-machines",
    answer: /--http-token-file/,
  },
  {
    asked: "Does it work with Elixir?",
    target: "docs/elixir.md",
    answer: /clusternode start --beam/,
  },
];
