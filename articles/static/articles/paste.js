// Word and its kin paste style sheets and empty paragraphs along with the words; styles and
// pictures from elsewhere would only be refused by the policy, and later by the server. Its
// paragraphs name their own direction: only one that is not the story's says something.
export function withoutOffice(html, dir) {
  const isWord = /\bmso-|\bMso/.test(html);
  return withLists(isWord ? html.replace(/\slang=["']?[\w-]+["']?/gi, "") : html)
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(style|script|xml|o:\w+)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<\/?o:p[^>]*>/gi, "")
    .replace(/\s(?:style|class)=(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, "")
    .replace(new RegExp(`\\sdir=["']?${dir}["']?(?=[\\s>])`, "gi"), "")
    .replace(/<img(?![^>]*\ssrc=["']?\/media\/)[^>]*>/gi, "")
    .replace(/<(\/?)h1\b/gi, "<$1h2")
    .replace(/<(\/?)h[56]\b/gi, "<$1h4")
    .replace(/<p[^>]*>(?:\s|&nbsp;|<span[^>]*>|<\/span>|<br>)*<\/p>/gi, "");
}

// Word writes a list as paragraphs that begin with a drawn bullet or number.
const WORD_ITEM = /<p\b[^>]*mso-list:[^>]*>([\s\S]*?)<\/p>/gi;
const WORD_MARK = /<!--\[if !supportLists\]-->([\s\S]*?)<!--\[endif\]-->/i;
const WORD_LIST = /<li data-(ul|ol)>[\s\S]*?<\/li>(?:\s*<li data-\1>[\s\S]*?<\/li>)*/g;

function withLists(html) {
  const items = html.replace(WORD_ITEM, (whole, text) => {
    const drawn = (text.match(WORD_MARK)?.[1] ?? "").replace(/<[^>]*>|&nbsp;|\s/g, "");
    const kind = /^\(?[\d٠-٩]+[.)-]/.test(drawn) ? "ol" : "ul";
    return `<li data-${kind}>${text.replace(WORD_MARK, "")}</li>`;
  });
  return items.replace(WORD_LIST, (list, kind) => `<${kind}>${list.replaceAll(`<li data-${kind}>`, "<li>")}</${kind}>`);
}
