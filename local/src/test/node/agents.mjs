// OpenAI's Agents SDK with another base URL and nothing else changed.
// BASE_URL and API_KEY say where the stack is.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Agent,
  hostedMcpTool,
  OpenAIProvider,
  OpenAIResponsesCompactionSession,
  Runner,
  setTracingDisabled,
  startOpenAIConversationsSession,
  tool,
} from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";

setTracingDisabled(true);
const settings = { apiKey: process.env.API_KEY, baseURL: process.env.BASE_URL };
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function runner(useResponses = true) {
  return new Runner({ modelProvider: new OpenAIProvider({ ...settings, useResponses }), model: "gpt-4o-mini" });
}

function weatherAgent(cities) {
  const get_weather = tool({
    name: "get_weather",
    description: "The weather in a city",
    parameters: z.object({ city: z.string() }),
    execute: ({ city }) => {
      cities.push(city);
      return "21 degrees and sunny";
    },
  });
  return new Agent({ name: "Weather", instructions: "Be brief.", tools: [get_weather] });
}

const plain = new Agent({ name: "Plain", instructions: "Be brief." });
const responses = runner();

for (const useResponses of [true, false]) {
  const each = runner(useResponses);
  const wire = useResponses ? "Responses" : "Chat Completions";

  test(`answers (${wire})`, async () => {
    const result = await each.run(plain, "Hello");
    assert.match(result.finalOutput, /^Hello! I am the demo model/);
    assert.ok(result.state.usage.outputTokens > 0);
  });

  test(`streams (${wire})`, async () => {
    const result = await each.run(plain, "[words: 12]", { stream: true });
    let text = "";
    for await (const delta of result.toTextStream()) text += delta;
    await result.completed;
    assert.match(text, /^the toll gate lifts/);
    assert.equal(result.finalOutput, text);
  });

  for (const stream of [false, true]) {
    test(`runs its own tool until there is an answer${stream ? ", in a stream" : ""} (${wire})`, async () => {
      const cities = [];
      const result = await each.run(weatherAgent(cities), "Use get_weather for Oslo", { stream });
      if (stream) await result.completed;
      assert.match(result.finalOutput, /21 degrees and sunny/);
      assert.equal(cities.length, 1);
    });
  }

  test(`gets an answer in the form that it asked for (${wire})`, async () => {
    const outputType = z.object({ city: z.string(), days: z.number().int(), dry: z.boolean() });
    const agent = new Agent({ name: "Planner", outputType });
    const { finalOutput } = await each.run(agent, 'Plan 3 days in "Oslo"');
    assert.deepEqual(finalOutput, { city: "Oslo", days: 3, dry: true });
  });

  test(`sends an image (${wire})`, async () => {
    const content = [
      { type: "input_text", text: "Look at this" },
      { type: "input_image", image: pixel },
    ];
    assert.match((await each.run(plain, [{ role: "user", content }])).finalOutput, /image/);
  });

  test(`sends the conversation back (${wire})`, async () => {
    let history = [{ role: "user", content: "My name is Ada" }];
    for (const question of ["What is 12 * 34?", "What did I say?", "What is my name?"]) {
      const result = await each.run(plain, history);
      history = [...result.history, { role: "user", content: question }];
    }
    assert.match((await each.run(plain, history)).finalOutput, /Your name is Ada/);
  });

  test(`hands over to another agent (${wire})`, async () => {
    const first = Agent.create({ name: "First", handoffs: [new Agent({ name: "Second" })] });
    const result = await each.run(first, "Use transfer_to_Second");
    assert.equal(result.lastAgent.name, "Second");
    assert.equal(typeof result.finalOutput, "string");
  });
}

for (const stream of [false, true]) {
  test(`sees what a tool on the server did${stream ? " in a stream" : ""}`, async () => {
    const result = await responses.run(plain, "What is 12 * 34?", { stream });
    if (stream) await result.completed;
    const call = result.output.find((item) => item.type === "hosted_tool_call");
    assert.equal(call.providerData.server_label, "turnpike");
    assert.equal(call.providerData.name, "calculate");
    assert.match(call.output, /408/);
    assert.match(result.finalOutput, /408/);
  });
}

test("goes on from a response", async () => {
  const first = await responses.run(plain, "My name is Ada");
  const { finalOutput } = await responses.run(plain, "What is my name?", { previousResponseId: first.lastResponseId });
  assert.match(finalOutput, /Your name is Ada/);
});

test("goes on in a conversation", async () => {
  const conversationId = await startOpenAIConversationsSession(new OpenAI(settings));
  await responses.run(plain, "My name is Ada", { conversationId });
  assert.match((await responses.run(plain, "What is my name?", { conversationId })).finalOutput, /Your name is Ada/);
});

for (const stream of [false, true]) {
  test(`has a long conversation summarised${stream ? " in a stream" : ""}`, async () => {
    const first = await responses.run(plain, "My name is Ada");
    const talker = new Agent({ name: "Talker", modelSettings: { maxTokens: 16_000 } });
    const long = await responses.run(talker, "[words: 3000]", { previousResponseId: first.lastResponseId });
    const contextManagement = [{ type: "compaction", compactThreshold: 2000 }];
    const agent = new Agent({ name: "Brief", modelSettings: { contextManagement } });
    const options = { previousResponseId: long.lastResponseId, stream };
    const result = await responses.run(agent, "What is my name?", options);
    if (stream) await result.completed;
    assert.deepEqual(result.output.map((item) => item.type), ["compaction", "message"]);
    assert.match(result.finalOutput, /Your name is Ada/);
    const history = [...result.history, { role: "user", content: "What is my name?" }];
    assert.match((await responses.run(plain, history)).finalOutput, /Your name is Ada/);
  });
}

test("keeps a session of summaries", async () => {
  const session = new OpenAIResponsesCompactionSession({
    client: new OpenAI(settings),
    model: "gpt-4o-mini",
    shouldTriggerCompaction: () => true,
  });
  await responses.run(plain, "My name is Ada", { session });
  assert.ok((await session.getItems()).some((item) => item.type === "compaction"));
  assert.match((await responses.run(plain, "What is my name?", { session })).finalOutput, /Your name is Ada/);
});

test("runs its own tool while it goes on from a response", async () => {
  const cities = [];
  const agent = weatherAgent(cities);
  const first = await responses.run(agent, "My name is Ada");
  const second = await responses.run(agent, "Use get_weather for Oslo", { previousResponseId: first.lastResponseId });
  assert.match(second.finalOutput, /21 degrees and sunny/);
  const third = await responses.run(agent, "What is my name?", { previousResponseId: second.lastResponseId });
  assert.match(third.finalOutput, /Your name is Ada/);
});

for (const approved of [true, false]) {
  test(`${approved ? "lets" : "does not let"} a tool on the server run`, async () => {
    const asked = [];
    const calculate = hostedMcpTool({
      serverLabel: "turnpike",
      allowedTools: ["calculate"],
      requireApproval: "always",
      onApproval: async (_, item) => {
        asked.push(item.rawItem.name);
        return { approve: approved, reason: "The person said so." };
      },
    });
    const result = await responses.run(new Agent({ name: "Careful", tools: [calculate] }), "What is 12 * 34?");
    assert.deepEqual(asked, ["calculate"]);
    assert.equal(/408/.test(result.finalOutput), approved, result.finalOutput);
  });
}

test("waits for a person before a tool on the server runs", async () => {
  const calculate = hostedMcpTool({ serverLabel: "turnpike", requireApproval: "always" });
  const agent = new Agent({ name: "Careful", tools: [calculate] });
  const stopped = await responses.run(agent, "What is 12 * 34?");
  assert.equal(stopped.interruptions.length, 1);
  stopped.state.approve(stopped.interruptions[0]);
  assert.match((await responses.run(agent, stopped.state)).finalOutput, /408/);
});

test("throws an error for each failure", async () => {
  await assert.rejects(responses.run(plain, "Hello", { previousResponseId: "resp_unknown" }), (error) => {
    assert.equal(error.status, 400);
    assert.equal(error.code, "previous_response_not_found");
    return true;
  });
  const stranger = new Runner({ modelProvider: new OpenAIProvider({ ...settings, apiKey: "tp_local_wrong" }) });
  await assert.rejects(stranger.run(plain, "Hello"), { status: 401, code: "invalid_api_key" });
});

test("sees that an answer was cut short", async () => {
  const agent = new Agent({ name: "Short", modelSettings: { maxTokens: 16 } });
  const { rawResponses } = await responses.run(agent, "[words: 500]");
  assert.equal(rawResponses.at(-1).output.at(-1).status, "incomplete");
});

for (const useResponses of [true, false]) {
  test(`hears of a failure inside a stream (${useResponses ? "Responses" : "Chat Completions"})`, async () => {
    const result = await runner(useResponses).run(plain, "[cut]", { stream: true });
    await assert.rejects(result.completed);
  });
}
