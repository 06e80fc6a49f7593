// Words set apart in large type, and under them whose they are. The page sets the marks.

import { Node } from "django-prose-editor/editor";

const inside = ({ $from }) => {
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type.name === "pullQuote") return { node: $from.node(depth), at: $from.before(depth) };
  }
  return null;
};

// What is chosen in the text, which a pull quote repeats.
const chosen = ({ doc, selection: { from, to } }) => doc.textBetween(from, to, " ").trim();

const paragraph = (words) => ({ type: "paragraph", content: words ? [{ type: "text", text: words }] : [] });

// After the block of the text that the words were taken from; the cursor asks for what is missing.
function setApart({ state, chain }) {
  const words = chosen(state);
  const { $to } = state.selection;
  const at = $to.depth ? $to.after(1) : $to.pos;
  const content = [{ type: "pullText", content: [paragraph(words)] }, { type: "caption" }];
  // Into the first paragraph, or past it into the line for the name.
  const cursor = at + (words ? words.length + 6 : 3);
  return chain().insertContentAt(at, { type: "pullQuote", content }).setTextSelection(cursor).run();
}

function putBack({ state, chain }) {
  const { node, at } = inside(state.selection);
  const [text, said] = [node.child(0), node.child(1)];
  const content = text.toJSON().content;
  if (said.textContent) content.push(paragraph(said.textContent));
  return chain().insertContentAt({ from: at, to: at + node.nodeSize }, content).setTextSelection(at + 1).run();
}

// Enter in the line for the name leads out, below.
function leave({ editor }) {
  const found = inside(editor.state.selection);
  if (!found || editor.state.selection.$from.parent.type.name !== "caption") return false;
  const after = found.at + found.node.nodeSize;
  return editor.chain().insertContentAt(after, paragraph("")).setTextSelection(after + 1).run();
}

// An empty one goes away as an empty line does.
function remove({ editor }) {
  const found = inside(editor.state.selection);
  if (!found || found.node.textContent) return false;
  return editor.chain().deleteRange({ from: found.at, to: found.at + found.node.nodeSize }).run();
}

export const PullQuote = Node.create({
  name: "pullQuote",
  group: "block",
  content: "pullText caption",
  isolating: true,
  defining: true,
  draggable: true,
  parseHTML: () => [{ tag: 'figure[data-quote="pull"]:has(blockquote)', priority: 100 }],
  renderHTML: () => ["figure", { "data-quote": "pull" }, 0],
  addCommands: () => ({ togglePullQuote: () => (props) => (inside(props.state.selection) ? putBack(props) : setApart(props)) }),
  addKeyboardShortcuts() {
    return { Enter: () => leave(this), Backspace: () => remove(this) };
  },
});

export const PullText = Node.create({
  name: "pullText",
  content: "paragraph+",
  defining: true,
  parseHTML: () => [{ tag: "blockquote", context: "pullQuote/", priority: 100 }],
  renderHTML: () => ["blockquote", 0],
});
