// Ingests articles, searches for a draft, and prints the passages that it shares with them. It is made from the protos alone.
//
//   node example.js ARTICLES.jsonl DRAFT.txt
//
// A line of ARTICLES.jsonl is {"id": ..., "text": ..., "title": ...}. The service is at TEXTKIN_ADDRESS.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const ADDRESS = process.env.TEXTKIN_ADDRESS || "127.0.0.1:50051";
const PROTOS = fileURLToPath(new URL("../../protos", import.meta.url));
// One message for many articles spares most of what a call costs.
const BATCH = 64;

function connect() {
  const definition = protoLoader.loadSync("textkin/v1/textkin_service.proto", {
    includeDirs: [PROTOS],
    // Offsets are far below 2 ** 53, above which a number is not exact.
    longs: Number,
    enums: String,
    defaults: true,
  });
  const { TextkinService } = grpc.loadPackageDefinition(definition).textkin.v1;
  // Across a network: grpc.credentials.createSsl(), and the metadata authorization: Bearer TOKEN.
  return new TextkinService(ADDRESS, grpc.credentials.createInsecure());
}

function within(seconds) {
  return { deadline: Date.now() + seconds * 1000 };
}

async function ingest(client, articles) {
  const stream = client.batchIngestArticles(within(600));
  const sent = [];
  async function send() {
    for (let start = 0; start < articles.length; start += BATCH) {
      const batch = articles.slice(start, start + BATCH);
      sent.push(batch);
      if (!stream.write({ articles: batch })) await once(stream, "drain");
    }
    stream.end();
  }
  async function receive() {
    for await (const { results } of stream) {
      const batch = sent.shift();
      results.forEach((result, place) => {
        const refused = result.status?.code;
        console.log(batch[place].id, refused ? `refused: ${result.status.message}` : result.outcome);
      });
    }
  }
  await Promise.all([send(), receive()]);
}

async function search(client, draft) {
  const call = (method, request) => promisify(client[method].bind(client))(request, within(30));
  // JavaScript counts UTF-16 units, and so do the spans of this answer: slice() takes them as they are.
  const options = { matchesWithPassages: 10, offsetUnit: "OFFSET_UNIT_UTF16_UNIT" };
  const { matches } = await call("search", { inline: { text: draft }, options });
  for (const { articleId, comparison } of matches) {
    // A match does not carry the article's text.
    const { article } = await call("getArticle", { articleId });
    console.log(articleId, comparison.relation, comparison.score.toFixed(2));
    for (const { kind, a, b } of comparison.passages) {
      console.log(`  ${kind}`);
      console.log(`    draft:   ${JSON.stringify(draft.slice(a.start, a.end))}`);
      console.log(`    article: ${JSON.stringify(article.text.slice(b.start, b.end))}`);
    }
  }
}

const [articlesPath, draftPath] = process.argv.slice(2);
if (!draftPath) {
  console.error("usage: node example.js ARTICLES.jsonl DRAFT.txt");
  process.exit(2);
}
const lines = (await readFile(articlesPath, "utf8")).split("\n").filter((line) => line.trim());
const articles = lines.map((line) => JSON.parse(line)).map(({ id, text, title }) => ({ id, text, title }));
const draft = await readFile(draftPath, "utf8");
const client = connect();
try {
  await ingest(client, articles);
  await search(client, draft);
} catch (error) {
  console.error(`${ADDRESS}: ${error.details ?? error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
