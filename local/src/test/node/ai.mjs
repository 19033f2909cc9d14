// Vercel's AI SDK with OpenAI's provider, another base URL and nothing else changed.
// BASE_URL and API_KEY say where the stack is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { z } from "zod";

const settings = { baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY };
const openai = createOpenAI(settings);
const model = openai("gpt-4o-mini");
const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A tool of the client's own, and the cities that it was asked for.
function weather() {
  const cities = [];
  const get_weather = tool({
    description: "The weather in a city",
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => {
      cities.push(city);
      return "21 degrees and sunny";
    },
  });
  return { cities, tools: { get_weather } };
}

test("generates a text", async () => {
  const result = await generateText({ model, prompt: "Hello" });
  assert.match(result.text, /^Hello! I am the demo model/);
  assert.equal(result.finishReason, "stop");
  assert.ok(result.usage.inputTokens > 0);
  assert.ok(result.usage.outputTokens > 0);
  assert.match(result.response.id, /^resp_/);
  assert.deepEqual(result.warnings, []);
});

test("streams a text", async () => {
  const result = streamText({ model, prompt: "[words: 12]" });
  let text = "";
  for await (const delta of result.textStream) text += delta;
  assert.match(text, /^the toll gate lifts/);
  assert.equal(await result.text, text);
  assert.equal(await result.finishReason, "stop");
  assert.ok((await result.usage).outputTokens > 0);
});

test("runs its own tool until there is an answer", async () => {
  const { cities, tools } = weather();
  const result = await generateText({ model, tools, stopWhen: stepCountIs(5), prompt: "Use get_weather for Oslo" });
  assert.match(result.text, /21 degrees and sunny/);
  assert.equal(cities.length, 1);
  assert.equal(result.steps.length, 2);
  assert.equal(result.steps[0].finishReason, "tool-calls");
});

test("runs its own tool in a stream", async () => {
  const { cities, tools } = weather();
  const result = streamText({ model, tools, stopWhen: stepCountIs(5), prompt: "Use get_weather for Oslo" });
  assert.match((await result.steps).at(-1).text, /21 degrees and sunny/);
  assert.equal(cities.length, 1);
});

test("sees what a tool on the server did", async () => {
  const result = streamText({ model, prompt: "What is 12 * 34?" });
  const parts = [];
  for await (const part of result.fullStream) parts.push(part);
  assert.deepEqual(parts.filter((part) => part.type === "error"), []);
  const call = parts.find((part) => part.type === "tool-call");
  assert.equal(call.providerExecuted, true);
  assert.match(call.toolName, /calculate/);
  const done = parts.find((part) => part.type === "tool-result");
  assert.equal(done.output.serverLabel, "turnpike");
  assert.equal(done.output.name, "calculate");
  assert.match(done.output.output, /408/);
  assert.match(await result.text, /408/);
});

test("gets an answer in the form that it asked for", async () => {
  const output = Output.object({ schema: z.object({ city: z.string(), days: z.number().int(), dry: z.boolean() }) });
  const prompt = 'Plan 3 days in "Oslo"';
  const expected = { city: "Oslo", days: 3, dry: true };
  assert.deepEqual((await generateText({ model, output, prompt })).output, expected);

  const result = streamText({ model, output, prompt });
  let last;
  for await (const partial of result.partialOutputStream) last = partial;
  assert.deepEqual(last, expected);
  assert.deepEqual(await result.output, expected);
});

test("sends an image", async () => {
  const content = [
    { type: "text", text: "Look at this" },
    { type: "image", image: Buffer.from(pixel, "base64") },
  ];
  const { text } = await generateText({ model, messages: [{ role: "user", content }] });
  assert.match(text, /image/);
});

test("goes on from a response", async () => {
  const first = await generateText({ model, prompt: "My name is Ada" });
  const { text } = await generateText({
    model,
    prompt: "What is my name?",
    providerOptions: { openai: { previousResponseId: first.response.id } },
  });
  assert.match(text, /Your name is Ada/);
});

test("goes on in a conversation", async () => {
  const conversation = await new OpenAI(settings).conversations.create();
  const providerOptions = { openai: { conversation: conversation.id } };
  await generateText({ model, prompt: "My name is Ada", providerOptions });
  const result = streamText({ model, prompt: "What is my name?", providerOptions });
  assert.match(await result.text, /Your name is Ada/);
});

for (const approved of [true, false]) {
  test(`${approved ? "lets" : "does not let"} a tool on the server run`, async () => {
    const mcp = { serverLabel: "turnpike", connectorId: "turnpike", requireApproval: "always" };
    const tools = { turnpike: openai.tools.mcp(mcp) };
    const messages = [{ role: "user", content: "What is 12 * 34?" }];
    const asked = await generateText({ model, messages, tools });
    const { approvalId } = asked.content.find((part) => part.type === "tool-approval-request");
    const answer = { type: "tool-approval-response", approvalId, approved, providerExecuted: true };
    messages.push(...asked.response.messages, { role: "tool", content: [answer] });
    assert.equal(/408/.test((await generateText({ model, messages, tools })).text), approved);
  });
}

test("sees that an answer was cut short", async () => {
  for (const each of [model, openai.chat("gpt-4o-mini")]) {
    const asked = { model: each, prompt: "[words: 500]", maxOutputTokens: 16 };
    assert.equal((await generateText(asked)).finishReason, "length");
    assert.equal(await streamText(asked).finishReason, "length");
  }
});

for (const store of [true, false]) {
  test(`sends the conversation back, ${store ? "stored" : "not stored"}`, async () => {
    const providerOptions = { openai: { store } };
    const messages = [{ role: "user", content: "My name is Ada" }];
    for (const question of ["What is 12 * 34?", "What did I say?", "What is my name?"]) {
      const { response } = await generateText({ model, messages, providerOptions });
      messages.push(...response.messages, { role: "user", content: question });
    }
    const { text } = await generateText({ model, messages, providerOptions });
    assert.match(text, /Your name is Ada/);
  });
}

test("throws its own error for each failure", async () => {
  const providerOptions = { openai: { previousResponseId: "resp_unknown" } };
  await assert.rejects(generateText({ model, prompt: "Hello", providerOptions }), (error) => {
    assert.ok(APICallError.isInstance(error));
    assert.equal(error.statusCode, 400);
    assert.equal(error.data.error.code, "previous_response_not_found");
    assert.equal(error.isRetryable, false);
    return true;
  });
  const stranger = createOpenAI({ ...settings, apiKey: "tp_local_wrong" })("gpt-4o-mini");
  await assert.rejects(generateText({ model: stranger, prompt: "Hello" }), (error) => {
    assert.equal(error.statusCode, 401);
    assert.equal(error.data.error.code, "invalid_api_key");
    return true;
  });
});

test("hears of a failure inside a stream", async () => {
  const errors = [];
  const result = streamText({ model, prompt: "[cut]", maxRetries: 0, onError: ({ error }) => errors.push(error) });
  await result.consumeStream();
  assert.equal(errors.length, 1);
  assert.match(JSON.stringify(errors[0]), /upstream_connection/);
});

test("completes a chat", async () => {
  const chat = openai.chat("gpt-4o-mini");
  const { cities, tools } = weather();
  const stopWhen = stepCountIs(5);
  const asked = { model: chat, tools, stopWhen, prompt: "Use get_weather for Oslo" };
  assert.match((await generateText(asked)).text, /21 degrees and sunny/);
  const streamed = streamText(asked);
  assert.match((await streamed.steps).at(-1).text, /21 degrees and sunny/);
  assert.ok((await streamed.totalUsage).outputTokens > 0);
  assert.equal(cities.length, 2);

  const content = [
    { type: "text", text: "Look at this" },
    { type: "image", image: Buffer.from(pixel, "base64") },
  ];
  const messages = [{ role: "user", content }];
  const seen = await generateText({ model: chat, messages });
  assert.match(seen.text, /image/);
  messages.push(...seen.response.messages, { role: "user", content: "My name is Ada" });
  messages.push(...(await generateText({ model: chat, messages })).response.messages);
  messages.push({ role: "user", content: "What is my name?" });
  assert.match((await generateText({ model: chat, messages })).text, /Your name is Ada/);

  const output = Output.object({ schema: z.object({ city: z.string() }) });
  assert.deepEqual((await generateText({ model: chat, output, prompt: 'Where is "Oslo"?' })).output, { city: "Oslo" });
});

test("throws its own error for each failure of a chat", async () => {
  const settled = { prompt: "Hello", temperature: 3 };
  await assert.rejects(generateText({ model: openai.chat("gpt-4o-mini"), ...settled }), (error) => {
    assert.ok(APICallError.isInstance(error));
    assert.equal(error.statusCode, 400);
    return true;
  });
  const errors = [];
  const onError = ({ error }) => errors.push(error);
  const broken = streamText({ model: openai.chat("gpt-4o-mini"), prompt: "[cut]", maxRetries: 0, onError });
  await broken.consumeStream();
  assert.equal(errors.length, 1);
});
