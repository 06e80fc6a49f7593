// An address may name a comment that has moved to another page since: go where it stands now.
// What is gone stays where the reader is.
const pages = document.querySelector("[data-permalinks]")?.dataset.permalinks;
const [, wanted] = /^#comment-(\d+)$/.exec(location.hash) ?? [];

async function follow() {
  const order = new URLSearchParams(location.search).get("sort") === "newest" ? "?sort=newest" : "";
  const answer = await fetch(`${pages}${wanted}/${order}`, { method: "HEAD" });
  if (answer.ok && answer.redirected) location.replace(`${answer.url.split("#")[0]}#comment-${wanted}`);
}

if (pages && wanted && !document.getElementById(`comment-${wanted}`)) follow().catch(() => {});
