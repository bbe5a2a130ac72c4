// Works a sandbox through AgentMail's npm client: node npm_client.cjs <web address> <WebSocket address>.
// Prints what came of it as one line of JSON.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const { AgentMailClient, AgentMailError } = createRequire(join(process.env.POSTROOM_NPM, "index.js"))("agentmail");

async function main([http, websockets]) {
  const client = new AgentMailClient({ apiKey: "am_sandbox", environment: { http, websockets }, maxRetries: 0 });
  const inbox = await client.inboxes.create({ username: "npm", displayName: "From Node" });
  const key = { idempotencyKey: "one" };
  const letter = { to: ["ada@example.com"], subject: "Hello", text: "Is anybody there?", labels: ["first"] };
  const sent = await client.inboxes.messages.send(inbox.inboxId, letter, key);
  const again = await client.inboxes.messages.send(inbox.inboxId, letter, key);
  const listed = await client.inboxes.messages.list(inbox.inboxId, { labels: ["first"] });
  const reply = await client.inboxes.messages.reply(inbox.inboxId, sent.messageId, { text: "And once more." });
  const thread = await client.inboxes.threads.get(inbox.inboxId, sent.threadId);
  const status = await client.inboxes.get("nobody@sandbox.test").catch((error) => {
    if (!(error instanceof AgentMailError)) throw error;
    return error.statusCode;
  });
  return {
    inbox: inbox.inboxId,
    sent_once: sent.messageId === again.messageId,
    listed: listed.messages.map((message) => message.subject),
    created_is_a_date: listed.messages[0].timestamp instanceof Date,
    same_thread: reply.threadId === sent.threadId,
    thread: thread.messages.map((message) => message.text),
    status_of_a_stranger: status,
  };
}

main(process.argv.slice(2)).then((found) => console.log(JSON.stringify(found)));
