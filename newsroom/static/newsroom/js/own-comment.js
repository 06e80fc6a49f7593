import "./draft.js";
import "./length.js";
