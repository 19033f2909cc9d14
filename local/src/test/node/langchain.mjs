// LangChain's chat model for OpenAI, with another base URL and nothing else changed.
// BASE_URL and API_KEY say where the stack is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
import { z } from "zod";

const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const weather = tool(() => "21 degrees and sunny", {
  name: "get_weather",
  description: "The weather in a city",
  schema: z.object({ city: z.string() }),
});

function chat(fields) {
  const configuration = { baseURL: process.env.BASE_URL };
  return new ChatOpenAI({ model: "gpt-4o-mini", apiKey: process.env.API_KEY, configuration, maxRetries: 0, ...fields });
}

async function collected(stream) {
  let whole;
  for await (const chunk of stream) whole = whole === undefined ? chunk : whole.concat(chunk);
  return whole;
}

for (const useResponsesApi of [true, false]) {
  const model = chat({ useResponsesApi });
  const wire = useResponsesApi ? "Responses" : "Chat Completions";

  test(`answers (${wire})`, async () => {
    const answer = await model.invoke([new SystemMessage("Be brief."), new HumanMessage("Hello")]);
    assert.match(answer.text, /^Hello! I am the demo model/);
    assert.ok(answer.usage_metadata.input_tokens > 0);
    assert.ok(answer.usage_metadata.output_tokens > 0);
  });

  test(`streams (${wire})`, async () => {
    const answer = await collected(await model.stream("[words: 12]"));
    assert.match(answer.text, /^the toll gate lifts/);
    assert.equal(answer.text.split(" ").length, 12);
    assert.ok(answer.usage_metadata.output_tokens > 0);
  });

  for (const streamed of [false, true]) {
    test(`answers a call of its own tool${streamed ? " in a stream" : ""} (${wire})`, async () => {
      const bound = model.bindTools([weather]);
      const ask = async (messages) => (streamed ? collected(await bound.stream(messages)) : bound.invoke(messages));
      const messages = [new HumanMessage("Use get_weather for Oslo")];
      messages.push(await ask(messages));
      const [call] = messages.at(-1).tool_calls;
      assert.equal(call.name, "get_weather");
      assert.ok("city" in call.args);
      const result = await weather.invoke(call);
      assert.ok(result instanceof ToolMessage);
      messages.push(result);
      assert.match((await ask(messages)).text, /21 degrees and sunny/);
    });
  }

  test(`gets an answer in the form that it asked for (${wire})`, async () => {
    const schema = z.object({ city: z.string(), days: z.number().int(), dry: z.boolean() });
    for (const method of ["jsonSchema", "functionCalling"]) {
      const answer = await model.withStructuredOutput(schema, { method }).invoke('Plan 3 days in "Oslo"');
      assert.deepEqual(answer, { city: "Oslo", days: 3, dry: true });
    }
  });

  test(`sends an image (${wire})`, async () => {
    const content = [
      { type: "text", text: "Look at this" },
      { type: "image_url", image_url: { url: pixel } },
    ];
    assert.match((await model.invoke([new HumanMessage({ content })])).text, /image/);
  });

  test(`sends the conversation back (${wire})`, async () => {
    const messages = [new HumanMessage("My name is Ada")];
    for (const question of ["What is 12 * 34?", "What did I say?", "What is my name?"]) {
      messages.push(await model.invoke(messages), new HumanMessage(question));
    }
    assert.match((await model.invoke(messages)).text, /Your name is Ada/);
  });

  test(`throws an error for each failure (${wire})`, async () => {
    await assert.rejects(model.invoke([new HumanMessage({ content: [{ type: "image_url", image_url: { url: 1 } }] })]), {
      status: 400,
    });
    await assert.rejects(chat({ useResponsesApi, apiKey: "tp_local_wrong" }).invoke("Hello"), (error) => {
      assert.equal(error.status, 401);
      assert.equal(error.code, "invalid_api_key");
      return true;
    });
    await assert.rejects(model.invoke("[cut]"), /upstream|provider|model/i);
    await assert.rejects(model.stream("[cut]").then(collected), { code: "upstream_connection" });
  });
}

const responses = chat({ useResponsesApi: true });

for (const streamed of [false, true]) {
  test(`sees what a tool on the server did${streamed ? " in a stream" : ""}`, async () => {
    const question = "What is 12 * 34?";
    const answer = streamed ? await collected(await responses.stream(question)) : await responses.invoke(question);
    assert.match(answer.text, /408/);
    assert.deepEqual(answer.tool_calls, []);
    const call = answer.additional_kwargs.tool_outputs.find((output) => output.type === "mcp_call");
    assert.equal(call.server_label, "turnpike");
    assert.equal(call.name, "calculate");
    assert.match(call.output, /408/);
  });
}

test("goes on from a response", async () => {
  const first = await responses.invoke("My name is Ada");
  const second = await responses.invoke("What is my name?", { previous_response_id: first.response_metadata.id });
  assert.match(second.text, /Your name is Ada/);
});

test("goes on in a conversation", async () => {
  const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: process.env.API_KEY });
  const { id } = await client.conversations.create();
  const model = chat({ useResponsesApi: true, modelKwargs: { conversation: id } });
  await model.invoke("My name is Ada");
  assert.match((await collected(await model.stream("What is my name?"))).text, /Your name is Ada/);
});

test("lets a tool on the server run", async () => {
  const asking = responses.bindTools([{ type: "mcp", server_label: "turnpike", require_approval: "always" }]);
  const asked = await asking.invoke("What is 12 * 34?");
  const [question] = asked.additional_kwargs.tool_outputs;
  assert.equal(question.type, "mcp_approval_request");
  const content = [{ type: "mcp_approval_response", approval_request_id: question.id, approve: true }];
  const goingOn = { previous_response_id: asked.response_metadata.id };
  assert.match((await asking.invoke([new HumanMessage({ content })], goingOn)).text, /408/);
});

test("has a long conversation summarised", async () => {
  const first = await responses.invoke("My name is Ada");
  const long = await chat({ useResponsesApi: true, maxTokens: 16_000 }).invoke("[words: 3000]", {
    previous_response_id: first.response_metadata.id,
  });
  const context_management = [{ type: "compaction", compact_threshold: 2000 }];
  const brief = chat({ useResponsesApi: true, modelKwargs: { context_management } });
  const goingOn = { previous_response_id: long.response_metadata.id };
  const answer = await brief.invoke("What is my name?", goingOn);
  assert.match(answer.text, /Your name is Ada/);
  assert.equal(answer.additional_kwargs.tool_outputs[0].type, "compaction");
  assert.match((await collected(await brief.stream("What is my name?", goingOn))).text, /Your name is Ada/);
  assert.match((await responses.invoke([answer, new HumanMessage("What is my name?")])).text, /Your name is Ada/);
});

test("sees that an answer was cut short", async () => {
  const answer = await chat({ useResponsesApi: true, maxTokens: 16 }).invoke("[words: 500]");
  assert.equal(answer.response_metadata.status, "incomplete");
  const completion = await chat({ useResponsesApi: false, maxTokens: 16 }).invoke("[words: 500]");
  assert.equal(completion.response_metadata.finish_reason, "length");
});
