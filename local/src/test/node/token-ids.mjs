// Writes texts with the ids that js-tiktoken gives their tokens, one JSON object a line:
//
//   node token-ids.mjs > shared/src/test/resources/dev/turnpike/tokens/token-ids.jsonl
//
// The texts are the same every time. TokenIdsTest holds our counts against them.
import { getEncoding } from 'js-tiktoken';

const encodings = { o200k_base: getEncoding('o200k_base'), cl100k_base: getEncoding('cl100k_base') };

let state = 20260101;
function below(n) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
}
const pick = list => list[below(list.length)];
const many = (n, make) => Array.from({ length: n }, make).join('');

const sentences = [
    'The quick brown fox jumps over the lazy dog, doesn\'t it?', 'Ich möchte Straßenbahnfahrkarten über Köln kaufen.',
    'Où est passée l\'œuvre de l\'été dernier ?', '¿Qué pasó mañana en el año 1999? ¡Nada!', 'O coração não é de ferro.',
    'Perché no? Così è, se vi pare.', 'Zażółć gęślą jaźń.', 'Příliš žluťoučký kůň úpěl ďábelské ódy.',
    'Árvíztűrő tükörfúrógép.', 'Pijamalı hasta yağız şoföre çabucak güvendi. İIıi', 'Ο γρήγορος σκύλος πηδά.',
    'Съешь же ещё этих мягких французских булок, да выпей чаю.', 'Жебракують філософи при ґанку церкви.',
    'دع القلق وابدأ الحياة، ٢٠٢٦', 'דג סקרן שט בים מאוכזב', 'یک شهروند ایرانی می‌خواهد', 'ہم سب ایک ہیں۔',
    'ऋषियों को सताने वाले राक्षस', 'আমি বাংলায় গান গাই', 'யாமறிந்த மொழிகளிலே', 'తెలుగు భాష', 'ಕನ್ನಡ ನುಡಿ', 'മലയാളം',
    'ภาษาไทยไม่มีช่องว่างระหว่างคำ', 'ພາສາລາວ', 'မြန်မာဘာသာ', 'ភាសាខ្មែរ', 'བོད་ཡིག', 'ქართული ენა', 'Հայոց լեզու',
    'አማርኛ', 'Kiswahili ni lugha', 'Tiếng Việt có nhiều dấu thanh lắm', 'Íslenska þjóðin ætlar', 'Nnọọ, kedụ?',
    '東京特許許可局と日本語のテスト。カタカナ、ひらがな。', '我们在北京的图书馆里读书，二〇二六年。', '臺灣繁體中文測試', '안녕하세요, 세계! 잘 지내세요?',
    'ᚠᛇᚻ runes', '𝕄𝕒𝕥𝕙 𝒶𝓃𝒹 𝔣𝔯𝔞𝔨𝔱𝔲𝔯', '𠮷野家で𩸽を食べる', 'ﬁ ligatures ﷽ ½ ² Ⅷ ①', 'Ǆ ǅ ǆ ᾳ ß ẞ ſ K Å',
];
const emoji = ['👍', '👍🏽', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '🇯🇵🇺🇸', '❤️', '☃', '🧑🏿‍🚀', '1️⃣', '🫠', '©️'];
const code = [
    'public static void main(String[] args) {\n\tSystem.out.println("x");\n}\n', 'def f(x):\n    return x ** 2  # square\n\n\n',
    'const a = b?.c ?? `t${1}`; // done', 'SELECT * FROM t WHERE a <> \'b\' AND c >= 1.5e-3;', '<div class="a"><br/>&nbsp;</div>',
    '{"a":[1,2,{"b":null}],"c":"\\u00e9\\n"}', '#include <stdio.h>\r\nint main(void){return 0;}\r\n', 'fn main() -> Result<(), Box<dyn Error>> {}',
    '\\frac{\\partial f}{\\partial x} = \\sum_{i=0}^{n} x_i^2', 'https://example.org/a/b?c=d&e=%20f#g', 'a@b.example, +49 (0)30 123-456',
    '/usr/local/bin/../lib/*.so.1', '$ curl -sS -H "x: y" | jq \'.[] | .a\'', 'x'.repeat(3) + '==' + '!==' + '<=>' + '::' + '->',
];
const markers = ['<|endoftext|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|endofprompt|>', '<|im_start|>user\n', '<|im_end|>'];
// Not U+FEFF and U+0085: JavaScript's \s holds the one and lacks the other, so js-tiktoken differs there from tiktoken.
const spaces = [' ', '  ', '   ', '\t', '\n', '\r\n', '\r', '\n\n', ' \n', '\u00a0', '\u2003', '\u3000', '\u200b', '\u2028', '\f', '\v'];
const runs = ['a', 'A', ' ', '\n', '\t', '7', '漢', '한', '👩‍', '!?#/-', '=', '\r\n', ' \n', '\u0301', '\'', 'aA', '\0', '.', '\ufffd', 'é'];
const contractions = ["I'm", "I'M", "don't", "we'LL", "'s", "'ll", "it’s", "'re 've 'd 't", "O'Neill's", "ſ's", "'ſ"];
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const texts = new Set(['', ...sentences, ...emoji, ...code, ...markers, ...spaces, ...contractions]);
for (const run of runs) {
    texts.add(run.repeat(3)).add(run.repeat(17)).add(run.repeat(260));
}
for (const lone of ['\ud83d', '\udc4d', 'a\ud800b', '\ud83d\ud83d\udc4d', '\udc00\ud800', 'x \udfff y', '\ud800'.repeat(5)]) {
    texts.add(lone);
}
while (texts.size < 320) {
    const kinds = [
        () => many(2 + below(4), () => pick([...sentences, ...code, ...markers]) + pick(spaces)),
        () => many(5 + below(20), () => pick(emoji) + pick(['', '', ' ', 'a'])),
        () => many(10 + below(40), () => String.fromCharCode(below(256))), // bytes as text
        () => many(5 + below(30), () => String.fromCodePoint(below(0xd800))),
        () => many(5 + below(20), () => String.fromCharCode(below(0x10000))), // surrogates as they come
        () => many(40 + below(80), () => pick(base64)),
        () => many(5 + below(30), () => pick(spaces)),
        () => many(10 + below(20), () => pick(['x', ' ', '\n', '1', '.', 'É', '\'s', 'Ab', '字', '  ', '-'])),
        () => many(3 + below(10), () => String(below(1e9)) + pick(['', ',', '.', ' '])),
    ];
    texts.add(pick(kinds)());
}
for (const text of texts) {
    const line = { text };
    for (const [name, encoding] of Object.entries(encodings)) {
        line[name] = encoding.encode(text, [], []);
    }
    process.stdout.write(JSON.stringify(line) + '\n');
}
