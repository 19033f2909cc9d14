// OpenAI's own client with another base URL and nothing else changed.
// BASE_URL and API_KEY say where the stack is.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY });
const model = "gpt-4o-mini";
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const trip = {
  name: "trip",
  strict: true,
  schema: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" }, dry: { type: "boolean" } },
    required: ["city", "days", "dry"],
    additionalProperties: false,
  },
};
const weather = {
  type: "function",
  name: "get_weather",
  description: "The weather in a city",
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

test("creates a response", async () => {
  const response = await client.responses.create({ model, input: "Hello" });
  assert.equal(response.status, "completed");
  assert.match(response.output_text, /^Hello! I am the demo model/);
  assert.ok(response.usage.total_tokens > 0);
  assert.ok(response._request_id);
  const { _request_id, ...created } = response;
  const { _request_id: other, ...retrieved } = await client.responses.retrieve(response.id);
  assert.deepEqual(retrieved, created);
});

test("streams to the same response", async () => {
  const stream = client.responses.stream({ model, input: "[words: 12]" });
  let deltas = "";
  stream.on("response.output_text.delta", (event) => (deltas += event.delta));
  const response = await stream.finalResponse();
  assert.equal(response.status, "completed");
  assert.match(deltas, /^the toll gate lifts/);
  assert.equal(response.output_text, deltas);
});

test("answers a call of its own function", async () => {
  const stream = client.responses.stream({ model, input: "Use get_weather for Oslo", tools: [weather] });
  const asked = await stream.finalResponse();
  const call = asked.output.at(-1);
  assert.equal(call.type, "function_call");
  assert.equal(call.name, "get_weather");
  assert.ok("city" in JSON.parse(call.arguments));

  const answered = await client.responses.create({
    model,
    previous_response_id: asked.id,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "21 degrees and sunny" }],
    tools: [weather],
  });
  assert.match(answered.output_text, /21 degrees and sunny/);
});

test("sees what a tool on the server did", async () => {
  const response = await client.responses.stream({ model, input: "What is 12 * 34?" }).finalResponse();
  const [call] = response.output;
  assert.equal(call.type, "mcp_call");
  assert.equal(call.server_label, "turnpike");
  assert.equal(call.name, "calculate");
  assert.match(call.output, /408/);
  assert.match(response.output_text, /408/);
});

test("lets a tool on the server run", async () => {
  const tools = [{ type: "mcp", server_label: "turnpike", require_approval: "always" }];
  const asked = await client.responses.stream({ model, input: "What is 12 * 34?", tools }).finalResponse();
  const question = asked.output.at(-1);
  assert.equal(question.type, "mcp_approval_request");
  const input = [{ type: "mcp_approval_response", approval_request_id: question.id, approve: true }];
  const answered = await client.responses.create({ model, previous_response_id: asked.id, input, tools });
  assert.match(answered.output_text, /408/);
});

test("gets an answer in the form that it asked for", async () => {
  const asked = { model, input: 'Plan 3 days in "Oslo"', text: { format: { type: "json_schema", ...trip } } };
  const expected = { city: "Oslo", days: 3, dry: true };
  assert.deepEqual((await client.responses.parse(asked)).output_parsed, expected);
  assert.deepEqual(JSON.parse((await client.responses.stream(asked).finalResponse()).output_text), expected);
});

test("sends an image", async () => {
  const content = [
    { type: "input_text", text: "Look at this" },
    { type: "input_image", image_url: pixel, detail: "low" },
  ];
  const response = await client.responses.create({ model, input: [{ role: "user", content }] });
  assert.match(response.output_text, /I see 1 image/);
});

test("goes on from a response", async () => {
  const first = await client.responses.create({ model, input: "My name is Ada" });
  const next = { model, previous_response_id: first.id, input: "What is my name?" };
  assert.match((await client.responses.create(next)).output_text, /^Your name is Ada/);
});

test("goes on in a conversation", async () => {
  const conversation = await client.conversations.create();
  await client.responses.create({ model, conversation: conversation.id, input: "My name is Ada" });
  const next = { model, conversation: conversation.id, input: "What is my name?" };
  const second = await client.responses.stream(next).finalResponse();
  assert.equal(second.conversation.id, conversation.id);
  assert.match(second.output_text, /^Your name is Ada/);
});

test("sends the conversation back", async () => {
  const input = [{ role: "user", content: "My name is Ada" }];
  for (const content of ["What is 12 * 34?", "What did I say?", "What is my name?"]) {
    const response = await client.responses.create({ model, input });
    input.push(...response.output, { role: "user", content });
  }
  assert.ok(input.some((item) => item.type === "mcp_call"));
  assert.match((await client.responses.create({ model, input })).output_text, /^Your name is Ada/);
});

test("has a long conversation summarised", async () => {
  const first = await client.responses.create({ model, input: "My name is Ada" });
  const long = { model, previous_response_id: first.id, input: "[words: 3000]", max_output_tokens: 16_000 };
  const { id } = await client.responses.create(long);
  const next = {
    model,
    previous_response_id: id,
    input: "What is my name?",
    context_management: [{ type: "compaction", compact_threshold: 2000 }],
  };
  const response = await client.responses.stream(next).finalResponse();
  assert.deepEqual(response.output.map((item) => item.type), ["compaction", "message"]);
  assert.match(response.output_text, /^Your name is Ada/);
});

test("goes on from a summary that it asked for", async () => {
  const first = await client.responses.create({ model, input: "My name is Ada" });
  const compacted = await client.responses.compact({ model, previous_response_id: first.id });
  assert.equal(compacted.object, "response.compaction");
  assert.equal(compacted.output.at(-1).type, "compaction");
  assert.ok(compacted.usage.total_tokens > 0);
  const input = [...compacted.output, { role: "user", content: "What is my name?" }];
  assert.match((await client.responses.create({ model, input })).output_text, /^Your name is Ada/);
});

test("sees that an answer was cut short", async () => {
  const response = await client.responses.create({ model, input: "[words: 500]", max_output_tokens: 16 });
  assert.equal(response.status, "incomplete");
  assert.equal(response.incomplete_details.reason, "max_output_tokens");
  const messages = [{ role: "user", content: "[words: 500]" }];
  const completion = await client.chat.completions.create({ model, messages, max_completion_tokens: 16 });
  assert.equal(completion.choices[0].finish_reason, "length");
});

test("cancels a background response", async () => {
  const begun = await client.responses.create({ model, input: "[stall]", background: true });
  for (let i = 0; i < 2; i++) assert.equal((await client.responses.cancel(begun.id)).status, "cancelled");
  assert.equal((await client.responses.retrieve(begun.id)).status, "cancelled");
  const whole = await client.responses.create({ model, input: "Hello" });
  await assert.rejects(client.responses.cancel(whole.id), OpenAI.BadRequestError);
});

test("polls a background response until it is done", async () => {
  let response = await client.responses.create({ model, input: "[tool turns: 3] Go", background: true });
  assert.equal(response.status, "queued");
  while (["queued", "in_progress"].includes(response.status)) {
    response = await client.responses.retrieve(response.id);
  }
  assert.equal(response.status, "completed");
  assert.equal(response.output.filter((item) => item.type === "mcp_call").length, 3);
});

test("comes back to a background stream", async () => {
  const first = await client.responses.create({ model, input: "[words: 12]", background: true, stream: true });
  let id;
  let seen = 0;
  for await (const event of first) {
    id ??= event.response?.id;
    seen = event.sequence_number;
    if (event.type === "response.in_progress") break;
  }
  const rest = [];
  for await (const event of await client.responses.retrieve(id, { stream: true, starting_after: seen })) rest.push(event);
  assert.equal(rest[0].sequence_number, seen + 1);
  assert.equal(rest.at(-1).type, "response.completed");

  const response = await client.responses.stream({ response_id: id, starting_after: seen }).finalResponse();
  assert.equal(response.id, id);
  assert.match(response.output_text, /^the toll gate lifts/);
});

test("throws its own error for each failure", async () => {
  await assert.rejects(client.responses.create({ model, input: "" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "missing_required_parameter");
    assert.ok(error.requestID);
    return true;
  });
  await assert.rejects(client.responses.retrieve("resp_unknown"), OpenAI.NotFoundError);
  const stranger = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: "tp_local_wrong" });
  await assert.rejects(stranger.responses.create({ model, input: "Hello" }), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.code, "invalid_api_key");
    return true;
  });
});

test("hears of a failure inside a stream", async () => {
  const types = [];
  const stream = await client.responses.create({ model, input: "[cut]", stream: true });
  const read = async () => {
    for await (const event of stream) types.push(event.type);
  };
  await assert.rejects(read, (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, "upstream_connection");
    return true;
  });
  assert.ok(types.includes("response.output_text.delta"));
});

test("lists models", async () => {
  const models = [];
  for await (const each of client.models.list()) models.push(each.id);
  assert.ok(models.includes(model));
});

const nested = ({ type, ...rest }) => ({ type, function: rest });

test("completes a chat", async () => {
  const completion = await client.chat.completions.create({ model, messages: [{ role: "user", content: "Hello" }] });
  const [choice] = completion.choices;
  assert.match(choice.message.content, /^Hello! I am the demo model/);
  assert.equal(choice.finish_reason, "stop");
  assert.ok(completion.usage.total_tokens > 0);
  assert.ok(completion._request_id);
});

test("streams a chat to one completion", async () => {
  const runner = client.chat.completions.stream({
    model,
    messages: [{ role: "user", content: "[words: 12]" }],
    stream_options: { include_usage: true },
  });
  let deltas = "";
  runner.on("content", (delta) => (deltas += delta));
  const completion = await runner.finalChatCompletion();
  assert.match(deltas, /^the toll gate lifts/);
  assert.equal(completion.choices[0].message.content, deltas);
  assert.equal(completion.choices[0].finish_reason, "stop");
  assert.ok((await runner.totalUsage()).completion_tokens > 0);
});

test("runs its own function in a chat until there is an answer", async () => {
  const cities = [];
  const runner = client.chat.completions.runTools({
    model,
    stream: true,
    messages: [{ role: "user", content: "Use get_weather for Oslo" }],
    tools: [
      {
        ...nested(weather),
        function: {
          ...nested(weather).function,
          parse: JSON.parse,
          function: ({ city }) => {
            cities.push(city);
            return "21 degrees and sunny";
          },
        },
      },
    ],
  });
  assert.match(await runner.finalContent(), /21 degrees and sunny/);
  assert.equal(cities.length, 1);
});

test("gets an answer to a chat in the form that it asked for", async () => {
  const completion = await client.chat.completions.parse({
    model,
    messages: [{ role: "user", content: 'Plan 3 days in "Oslo"' }],
    response_format: { type: "json_schema", json_schema: trip },
  });
  assert.deepEqual(completion.choices[0].message.parsed, { city: "Oslo", days: 3, dry: true });
});

test("sends an image in a chat", async () => {
  const content = [
    { type: "text", text: "Look at this" },
    { type: "image_url", image_url: { url: pixel } },
  ];
  const completion = await client.chat.completions.create({ model, messages: [{ role: "user", content }] });
  assert.match(completion.choices[0].message.content, /I see 1 image/);
});

test("sends a chat back", async () => {
  const messages = [{ role: "user", content: "My name is Ada" }];
  const first = await client.chat.completions.create({ model, messages });
  messages.push(first.choices[0].message, { role: "user", content: "What is my name?" });
  const second = await client.chat.completions.create({ model, messages });
  assert.match(second.choices[0].message.content, /^Your name is Ada/);
});

test("reads a chat that was stored", async () => {
  const messages = [{ role: "user", content: "Hello" }];
  const { _request_id, ...completion } = await client.chat.completions.create({ model, messages, store: true });
  const { _request_id: other, ...stored } = await client.chat.completions.retrieve(completion.id);
  assert.deepEqual(stored, completion);
  assert.equal((await client.chat.completions.delete(completion.id)).deleted, true);
  await assert.rejects(client.chat.completions.retrieve(completion.id), OpenAI.NotFoundError);
});

test("lets a tool on the server answer in a chat", async () => {
  const tools = [{ type: "mcp", server_label: "turnpike", require_approval: "never" }];
  const messages = [{ role: "user", content: "What is 12 * 34?" }];
  const completion = await client.chat.completions.create({ model, messages, tools });
  assert.match(completion.choices[0].message.content, /408/);
  assert.equal(completion.choices[0].message.tool_calls, undefined);
});

test("throws its own error for each failure of a chat", async () => {
  const broken = client.chat.completions.stream({ model, messages: [{ role: "user", content: "[cut]" }] });
  await assert.rejects(broken.finalChatCompletion(), (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.equal(error.code, "upstream_connection");
    return true;
  });
  await assert.rejects(client.chat.completions.create({ model, messages: [{ role: "user" }] }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "messages[0].content");
    return true;
  });
});

test("keeps a conversation", async () => {
  const conversation = await client.conversations.create({
    metadata: { topic: "tolls" },
    items: [{ type: "message", role: "user", content: "My name is Ada." }],
  });
  assert.equal(conversation.metadata.topic, "tolls");
  const changed = await client.conversations.update(conversation.id, { metadata: { topic: "bridges" } });
  assert.deepEqual(changed.metadata, { topic: "bridges" });
  const added = await client.conversations.items.create(conversation.id, {
    items: [{ role: "user", content: "One" }, { role: "user", content: "Two" }],
  });
  assert.equal(added.data.length, 2);
  const response = await client.responses.create({ model, input: "What is 12 * 34?", conversation: conversation.id });

  const types = [];
  for await (const item of client.conversations.items.list(conversation.id, { limit: 2, order: "asc" })) types.push(item.type);
  assert.deepEqual(types, ["message", "message", "message", "message", "mcp_call", "message"]);

  const [first] = added.data;
  await client.conversations.items.delete(first.id, { conversation_id: conversation.id });
  await assert.rejects(
    client.conversations.items.retrieve(first.id, { conversation_id: conversation.id }),
    OpenAI.NotFoundError,
  );
  await client.responses.delete(response.id);
  await assert.rejects(client.responses.retrieve(response.id), OpenAI.NotFoundError);
  const left = [];
  for await (const item of client.conversations.items.list(conversation.id)) left.push(item.id);
  assert.equal(left.length, 5);
  const deleted = await client.conversations.delete(conversation.id);
  assert.equal(deleted.deleted, true);
});

test("reads what a response was asked, and counts it", async () => {
  const response = await client.responses.create({ model, input: "Hello" });
  const texts = [];
  for await (const item of client.responses.inputItems.list(response.id)) texts.push(item.content[0].text);
  assert.deepEqual(texts, ["Hello"]);
  const counted = await client.responses.inputTokens.count({ model, input: "Hello" });
  assert.ok(counted.input_tokens > 0);
  assert.equal((await client.models.retrieve(model)).id, model);
});
