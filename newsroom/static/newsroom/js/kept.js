// What a browser keeps for its reader. Storage may be refused, full or written by another hand:
// then nothing is kept, and nothing breaks.
export const attempt = (action) => {
  try {
    return action();
  } catch {
    return null;
  }
};

export const kept = (key, storage = "localStorage") =>
  attempt(() => JSON.parse(window[storage].getItem(key)));
export const keep = (key, value, storage = "localStorage") =>
  attempt(() => window[storage].setItem(key, JSON.stringify(value)));
export const forget = (key) => attempt(() => localStorage.removeItem(key));
